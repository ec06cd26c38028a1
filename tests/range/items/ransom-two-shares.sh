# SPDX-License-Identifier: Apache-2.0
# what: files of two shares encrypted and renamed by turns, 20 a second
# technique: T1486
# from: ws1
# to: fs1
# account: alice
# outcome: success
# must: alert ransom
# smb: both
. "$RANGE_HERE/item.sh"
mixed "$data/docs" 30 10000 100000
mixed "$data/../home/docs" 30 10000 100000
/usr/bin/python3 "$RANGE_HERE/ransom.py" $fs1 alice "$USER_PASSWORD" data docs --rate 20 --also home | tee "$HOME/lost"
grep -q '^60 files' "$HOME/lost"
