# SPDX-License-Identifier: Apache-2.0
# what: files of a share read, opened again and overwritten, names kept, 5 a second
# technique: T1486
# from: ws1
# to: fs1
# account: alice
# outcome: success
# must: alert ransom
# must-sealed: finding ransom
# smb: both
. "$RANGE_HERE/item.sh"
mixed "$data/docs" 24 10000 200000
/usr/bin/python3 "$RANGE_HERE/ransom.py" $fs1 alice "$USER_PASSWORD" data docs --rate 5 --in-place --reopen | tee "$HOME/lost"
grep -q '^24 files' "$HOME/lost"
