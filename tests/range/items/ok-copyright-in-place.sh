# SPDX-License-Identifier: Apache-2.0
# what: sixty photographs written over with a line more, as exiv2 does
# technique: -
# from: ws2
# to: fs1
# account: carol
# outcome: ordinary
# must: nothing
# smb: both
. "$RANGE_HERE/item.sh"
rm -rf "$data/docs"; mkdir -p -m 777 "$data/docs"
/usr/bin/python3 "$RANGE_HERE/work.py" copyright_in_place $fs1 carol "$USER_PASSWORD" data docs
