# SPDX-License-Identifier: Apache-2.0
# what: files of a share of all sizes encrypted and renamed, four at once
# technique: T1486
# from: ws1
# to: fs1
# account: alice
# outcome: success
# must: alert ransom
# smb: both
. "$RANGE_HERE/item.sh"
mixed "$data/docs" 40 10000 300000
/usr/bin/python3 "$RANGE_HERE/ransom.py" $fs1 alice "$USER_PASSWORD" data docs --rate 20 --at-once 4 | tee "$HOME/lost"
grep -q '^40 files' "$HOME/lost"
