# SPDX-License-Identifier: Apache-2.0
# what: the files of a folder moved into an archive beside them
# technique: -
# from: ws2
# to: fs1
# account: carol
# outcome: ordinary
# must: nothing
# smb: both
. "$RANGE_HERE/item.sh"
documents "$data/docs" 60 4000
/usr/bin/python3 "$RANGE_HERE/work.py" archive $fs1 carol "$USER_PASSWORD" data docs
