# SPDX-License-Identifier: Apache-2.0
# what: large files of a share encrypted and renamed, 2 a second
# technique: T1486
# from: ws1
# to: fs1
# account: alice
# outcome: success
# must: alert ransom
# smb: both
. "$RANGE_HERE/item.sh"
mixed "$data/docs" 12 500000 2000000
/usr/bin/python3 "$RANGE_HERE/ransom.py" $fs1 alice "$USER_PASSWORD" data docs --rate 2 --block 65536 | tee "$HOME/lost"
grep -q '^12 files' "$HOME/lost"
