# SPDX-License-Identifier: Apache-2.0
# what: every other 4,096 bytes of each file encrypted, names kept, 20 files a second
# technique: T1486
# from: ws1
# to: fs1
# account: alice
# outcome: success
# must: alert ransom
# must-sealed: finding ransom
# smb: both
. "$RANGE_HERE/item.sh"
documents "$data/docs" 40 40000
/usr/bin/python3 "$RANGE_HERE/ransom.py" $fs1 alice "$USER_PASSWORD" data docs --rate 20 --in-place --every 2 | tee "$HOME/lost"
grep -q '^40 files' "$HOME/lost"
