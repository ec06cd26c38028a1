# SPDX-License-Identifier: Apache-2.0
# what: files of a share encrypted in place, 50 a second
# technique: T1486
# from: ws1
# to: fs1
# account: alice
# outcome: success
# must: alert ransom
# smb: both
. "$RANGE_HERE/item.sh"
mixed "$data/docs" 100 10000 30000
/usr/bin/python3 "$RANGE_HERE/ransom.py" $fs1 alice "$USER_PASSWORD" data docs --rate 50 --in-place | tee "$HOME/lost"
grep -q '^100 files' "$HOME/lost"
