# SPDX-License-Identifier: Apache-2.0
# what: files of six folders encrypted one folder after the other, 5 a second
# technique: T1486
# from: ws1
# to: fs1
# account: alice
# outcome: success
# must: alert ransom
# smb: both
. "$RANGE_HERE/item.sh"
rm -rf "$data/docs"
for d in a b c d e f; do mixed "$data/docs/$d" 4 10000 100000; done
chmod a+rwx "$data/docs"
/usr/bin/python3 "$RANGE_HERE/ransom.py" $fs1 alice "$USER_PASSWORD" data docs --rate 5 --folders | tee "$HOME/lost"
grep -q '^24 files' "$HOME/lost"
