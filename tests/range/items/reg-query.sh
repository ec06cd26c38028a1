# SPDX-License-Identifier: Apache-2.0
# what: the registry of another machine read
# technique: T1012
# from: ws1
# to: fs1
# account: Administrator
# outcome: success
# must: finding rpc,discover
# must-sealed: unseen
# smb: both
. "$RANGE_HERE/item.sh"
says 'HKLM|CurrentVersion' impacket reg "CORP/Administrator:$ADMIN_PASSWORD@$fs1" query -keyName 'HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion'
