# SPDX-License-Identifier: Apache-2.0
# what: sixty photographs rated: their heads changed, their lengths kept
# technique: -
# from: ws2
# to: fs1
# account: erin
# outcome: ordinary
# must: nothing
# smb: both
. "$RANGE_HERE/item.sh"
documents "$data/docs" 1 100
/usr/bin/python3 "$RANGE_HERE/work.py" tags $fs1 erin "$USER_PASSWORD" data docs
