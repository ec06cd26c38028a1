# SPDX-License-Identifier: Apache-2.0
# what: a roaming profile goes up, twice
# technique: -
# from: ws2
# to: fs1
# account: dave
# outcome: ordinary
# must: nothing
# smb: both
. "$RANGE_HERE/item.sh"
documents "$data/docs" 1 100
/usr/bin/python3 "$RANGE_HERE/work.py" profile $fs1 dave "$USER_PASSWORD" data docs
