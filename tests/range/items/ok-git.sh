# SPDX-License-Identifier: Apache-2.0
# what: a git repository on a share: a clone, another branch checked out
# technique: -
# from: ws2
# to: fs1
# account: bob
# outcome: ordinary
# must: nothing
# smb: both
. "$RANGE_HERE/item.sh"
documents "$data/docs" 1 100
/usr/bin/python3 "$RANGE_HERE/work.py" git $fs1 bob "$USER_PASSWORD" data docs
