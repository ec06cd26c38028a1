# SPDX-License-Identifier: Apache-2.0
# what: files of a share encrypted and renamed, eight at once
# technique: T1486
# from: ws1
# to: fs1
# account: alice
# outcome: success
# must: alert ransom
# smb: both
. "$RANGE_HERE/item.sh"
documents "$data/docs" 80 4000
/usr/bin/python3 "$RANGE_HERE/ransom.py" $fs1 alice "$USER_PASSWORD" data docs --rate 20 --at-once 8 | tee "$HOME/lost"
grep -q '^80 files' "$HOME/lost"
