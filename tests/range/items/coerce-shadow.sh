# SPDX-License-Identifier: Apache-2.0
# what: fs1 asked for shadow copies of a path of ws1
# technique: T1187
# from: ws1
# to: fs1
# account: Administrator
# outcome: attempt
# must: alert rpc
. "$RANGE_HERE/item.sh"
calls shadow $fs1 Administrator "$ADMIN_PASSWORD"
