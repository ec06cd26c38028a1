# SPDX-License-Identifier: Apache-2.0
# what: users, groups, members and shares listed with net rpc
# technique: T1087.002
# from: ws1
# to: dc1
# account: alice
# outcome: success
# must: finding rpc,discover
. "$RANGE_HERE/item.sh"
n() { timeout 20 net rpc "$@" -S $dc1 -U "alice%$USER_PASSWORD"; }
n info
n group members 'Domain Admins'
n group list
n share list
says alice n user
