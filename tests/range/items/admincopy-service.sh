# SPDX-License-Identifier: Apache-2.0
# what: a program copied to ADMIN$, then a service of it created, started, deleted
# technique: T1569.002
# from: ws1
# to: win1
# accused: ws1,win1
# account: Administrator
# outcome: success
# must: alert rpc,share
. "$RANGE_HERE/item.sh"
head -c 30000 /dev/urandom >"$HOME/updater.exe"
cd "$HOME"
printf 'use ADMIN$\nput updater.exe\nls\nexit\n' >"$HOME/do"
says updater.exe impacket smbclient -file "$HOME/do" "CORP/Administrator:$ADMIN_PASSWORD@$win1" || exit 1
impacket services "CORP/Administrator:$ADMIN_PASSWORD@$win1" create -name updsvc -display updsvc -path 'C:\Windows\updater.exe' || exit 1
impacket services "CORP/Administrator:$ADMIN_PASSWORD@$win1" start -name updsvc
impacket services "CORP/Administrator:$ADMIN_PASSWORD@$win1" delete -name updsvc
