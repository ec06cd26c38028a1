# SPDX-License-Identifier: Apache-2.0
# what: files of a share renamed, then encrypted, 20 a second
# technique: T1486
# from: ws1
# to: fs1
# account: alice
# outcome: success
# must: alert ransom
# smb: both
. "$RANGE_HERE/item.sh"
mixed "$data/docs" 50 10000 200000
/usr/bin/python3 "$RANGE_HERE/ransom.py" $fs1 alice "$USER_PASSWORD" data docs --rate 20 --rename-first | tee "$HOME/lost"
grep -q '^50 files' "$HOME/lost"
