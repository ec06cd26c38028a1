# SPDX-License-Identifier: Apache-2.0
# what: files of a share encrypted and given random names, 20 a second
# technique: T1486
# from: ws1
# to: fs1
# account: alice
# outcome: success
# must: alert ransom
# smb: both
. "$RANGE_HERE/item.sh"
documents "$data/docs" 60 4000
/usr/bin/python3 "$RANGE_HERE/ransom.py" $fs1 alice "$USER_PASSWORD" data docs --rate 20 --random-names | tee "$HOME/lost"
grep -q '^60 files' "$HOME/lost"
