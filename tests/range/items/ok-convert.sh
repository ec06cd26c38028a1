# SPDX-License-Identifier: Apache-2.0
# what: sixty documents converted, the new ones beside the old
# technique: -
# from: ws2
# to: fs1
# account: dave
# outcome: ordinary
# must: nothing
# smb: both
. "$RANGE_HERE/item.sh"
documents "$data/docs" 60 5000
/usr/bin/python3 "$RANGE_HERE/work.py" convert $fs1 dave "$USER_PASSWORD" data docs
