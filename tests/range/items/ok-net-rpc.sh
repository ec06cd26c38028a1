# SPDX-License-Identifier: Apache-2.0
# what: an administrator looks at groups and shares with net rpc
# technique: -
# from: ws2
# to: dc1
# account: Administrator
# outcome: ordinary
# must: nothing
. "$RANGE_HERE/item.sh"
net rpc share list -S $dc1 -U "Administrator%$ADMIN_PASSWORD"
net rpc group members 'Domain Users' -S $dc1 -U "Administrator%$ADMIN_PASSWORD"
