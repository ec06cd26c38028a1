# SPDX-License-Identifier: Apache-2.0
# what: forty documents saved, as an office program does, one after the other
# technique: -
# from: ws2
# to: fs1
# account: carol
# outcome: ordinary
# must: nothing
# smb: both
. "$RANGE_HERE/item.sh"
documents "$data/docs" 40 20000
/usr/bin/python3 "$RANGE_HERE/work.py" office $fs1 carol "$USER_PASSWORD" data docs
