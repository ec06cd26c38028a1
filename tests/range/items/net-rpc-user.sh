# SPDX-License-Identifier: Apache-2.0
# what: an account made with net rpc, put into Domain Admins, and deleted
# technique: T1136.002
# from: ws1
# to: dc1
# account: Administrator
# outcome: success
# must: finding rpc
. "$RANGE_HERE/item.sh"
n() { timeout 20 net rpc "$@" -S $dc1 -U "Administrator%$ADMIN_PASSWORD"; }
n user add mallory Winter2026.x || exit 1
n group addmem 'Domain Admins' mallory
ok=$?
n group delmem 'Domain Admins' mallory
n user delete mallory
exit $ok
