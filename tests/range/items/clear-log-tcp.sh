# SPDX-License-Identifier: Apache-2.0
# what: the security log of win1 cleared (MS-EVEN6)
# technique: T1070.001
# from: ws1
# to: win1
# account: Administrator
# outcome: success
# must: alert rpc
. "$RANGE_HERE/item.sh"
calls even6-clear $win1 Administrator "$ADMIN_PASSWORD"
