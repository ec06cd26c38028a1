# SPDX-License-Identifier: Apache-2.0
# what: files of a share read, opened again, overwritten and renamed, 20 a second
# technique: T1486
# from: ws1
# to: fs1
# account: alice
# outcome: success
# must: alert ransom
# must-sealed: finding ransom
# smb: both
. "$RANGE_HERE/item.sh"
mixed "$data/docs" 40 10000 100000
/usr/bin/python3 "$RANGE_HERE/ransom.py" $fs1 alice "$USER_PASSWORD" data docs --rate 20 --reopen --trailer 528 | tee "$HOME/lost"
grep -q '^40 files' "$HOME/lost"
