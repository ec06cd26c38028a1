# SPDX-License-Identifier: Apache-2.0
# what: impacket's atexec; Samba has no scheduler
# technique: T1053.005
# from: ws1
# to: fs1
# account: Administrator
# outcome: attempt
# must: finding rpc,share,discover
. "$RANGE_HERE/item.sh"
impacket atexec "CORP/Administrator:$ADMIN_PASSWORD@$fs1" whoami
