# SPDX-License-Identifier: Apache-2.0
# what: an archive on a share unpacked there
# technique: -
# from: ws2
# to: fs1
# account: carol
# outcome: ordinary
# must: nothing
# smb: both
. "$RANGE_HERE/item.sh"
rm -rf "$data/docs"; mkdir -p -m 777 "$data/docs"
/usr/bin/python3 "$RANGE_HERE/work.py" unzip $fs1 carol "$USER_PASSWORD" data docs
