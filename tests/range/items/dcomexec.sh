# SPDX-License-Identifier: Apache-2.0
# what: impacket's dcomexec; Samba has no DCOM
# technique: T1021.003
# from: ws1
# to: dc1
# account: Administrator
# outcome: attempt
# must: finding rpc,discover
. "$RANGE_HERE/item.sh"
impacket dcomexec "CORP/Administrator:$ADMIN_PASSWORD@$dc1" whoami
true
