# SPDX-License-Identifier: Apache-2.0
# what: files of eight folders encrypted and renamed, 20 a second, a note in each
# technique: T1486
# from: ws1
# to: fs1
# account: alice
# outcome: success
# must: alert ransom
# smb: both
. "$RANGE_HERE/item.sh"
documents "$data/docs" 64 4000
cd "$data/docs" || exit 1
for d in a b c d e f g h; do mkdir -m 777 $d; mv $(ls -p | grep -v / | head -8) $d/; done
/usr/bin/python3 "$RANGE_HERE/ransom.py" $fs1 alice "$USER_PASSWORD" data docs --rate 20 --note --folders | tee "$HOME/lost"
grep -q '^64 files' "$HOME/lost"
