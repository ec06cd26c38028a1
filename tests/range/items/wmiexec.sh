# SPDX-License-Identifier: Apache-2.0
# what: impacket's wmiexec; Samba has no DCOM
# technique: T1047
# from: ws1
# to: dc1
# account: Administrator
# outcome: attempt
# must: finding rpc,discover
. "$RANGE_HERE/item.sh"
impacket wmiexec "CORP/Administrator:$ADMIN_PASSWORD@$dc1" whoami
true
