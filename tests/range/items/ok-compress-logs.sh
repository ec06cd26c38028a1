# SPDX-License-Identifier: Apache-2.0
# what: sixty logs compressed, each by itself, the logs deleted
# technique: -
# from: ws2
# to: fs1
# account: svc_web
# outcome: ordinary
# must: nothing
# smb: both
. "$RANGE_HERE/item.sh"
documents "$data/docs" 60 5000
/usr/bin/python3 "$RANGE_HERE/work.py" compress $fs1 svc_web "$USER_PASSWORD" data docs
