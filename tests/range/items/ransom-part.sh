# SPDX-License-Identifier: Apache-2.0
# what: the first 4,096 bytes of each file of a share encrypted, the files renamed
# technique: T1486
# from: ws1
# to: fs1
# account: alice
# outcome: success
# must: alert ransom
# smb: both
. "$RANGE_HERE/item.sh"
documents "$data/docs" 60 9000
/usr/bin/python3 "$RANGE_HERE/ransom.py" $fs1 alice "$USER_PASSWORD" data docs --rate 20 --first 4096 | tee "$HOME/lost"
grep -q '^60 files' "$HOME/lost"
