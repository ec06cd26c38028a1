# SPDX-License-Identifier: Apache-2.0
# what: a database file on a share, forty transactions
# technique: -
# from: ws2
# to: fs1
# account: carol
# outcome: ordinary
# must: nothing
# smb: both
. "$RANGE_HERE/item.sh"
documents "$data/docs" 1 100
/usr/bin/python3 "$RANGE_HERE/work.py" database $fs1 carol "$USER_PASSWORD" data docs
