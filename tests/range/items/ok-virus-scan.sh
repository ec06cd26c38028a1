# SPDX-License-Identifier: Apache-2.0
# what: the head of every file of a share read
# technique: -
# from: ws2
# to: fs1
# account: svc_backup
# outcome: ordinary
# must: nothing
# smb: both
. "$RANGE_HERE/item.sh"
documents "$data/docs" 150 9000
/usr/bin/python3 "$RANGE_HERE/work.py" scan $fs1 svc_backup "$USER_PASSWORD" data docs
