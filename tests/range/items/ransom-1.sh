# SPDX-License-Identifier: Apache-2.0
# what: files of a share encrypted and renamed, one a second
# technique: T1486
# from: ws1
# to: fs1
# account: alice
# outcome: success
# must: alert ransom
# smb: both
. "$RANGE_HERE/item.sh"
documents "$data/docs" 20 3000
/usr/bin/python3 "$RANGE_HERE/ransom.py" $fs1 alice "$USER_PASSWORD" data docs --rate 1 | tee "$HOME/lost"
grep -q '^20 files' "$HOME/lost"
