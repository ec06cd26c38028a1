# SPDX-License-Identifier: Apache-2.0
# what: a scheduled task registered, run, deleted
# technique: T1053.005
# from: ws1
# to: win1
# accused: ws1,win1
# account: Administrator
# outcome: success
# must: alert rpc,share
. "$RANGE_HERE/item.sh"
says 'task registered, run' /usr/bin/python3 "$RANGE_HERE/task.py" $win1 Administrator "$ADMIN_PASSWORD"
