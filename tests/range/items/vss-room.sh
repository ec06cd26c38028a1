# SPDX-License-Identifier: Apache-2.0
# what: the room for shadow copies of win1 made too small
# technique: T1490
# from: ws1
# to: win1
# account: Administrator
# outcome: success
# must: alert rpc
. "$RANGE_HERE/item.sh"
calls vss $win1 Administrator "$ADMIN_PASSWORD"
