# SPDX-License-Identifier: Apache-2.0
# what: files of a share encrypted, names kept, 5 a second
# technique: T1486
# from: ws1
# to: fs1
# account: alice
# outcome: success
# must: alert ransom
# smb: both
. "$RANGE_HERE/item.sh"
documents "$data/docs" 40 6000
/usr/bin/python3 "$RANGE_HERE/ransom.py" $fs1 alice "$USER_PASSWORD" data docs --rate 5 --in-place | tee "$HOME/lost"
grep -q '^40 files' "$HOME/lost"
