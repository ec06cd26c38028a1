# SPDX-License-Identifier: Apache-2.0
# what: the event log of fs1 cleared; Samba keeps none
# technique: T1070.001
# from: ws1
# to: fs1
# account: Administrator
# outcome: attempt
# must: alert rpc
. "$RANGE_HERE/item.sh"
calls eventlog-clear $fs1 Administrator "$ADMIN_PASSWORD"
