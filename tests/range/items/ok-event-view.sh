# SPDX-License-Identifier: Apache-2.0
# what: an administrator looks at services and printers of a server
# technique: -
# from: ws2
# to: fs1
# account: Administrator
# outcome: ordinary
# must: nothing
. "$RANGE_HERE/item.sh"
rpcclient -U "CORP\\Administrator%$ADMIN_PASSWORD" $fs1 -c 'srvinfo;netshareenumall;enumprinters;enumports' >/dev/null || exit 1
net rpc service list -I $fs1 -U "CORP\\Administrator%$ADMIN_PASSWORD"
