# SPDX-License-Identifier: Apache-2.0
# what: every file of a folder renamed to one new ending by a script
# technique: -
# from: ws2
# to: fs1
# account: carol
# outcome: ordinary
# must: nothing
# smb: both
. "$RANGE_HERE/item.sh"
documents "$data/docs" 60 3000
/usr/bin/python3 "$RANGE_HERE/work.py" rename_all $fs1 carol "$USER_PASSWORD" data docs
