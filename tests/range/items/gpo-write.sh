# SPDX-License-Identifier: Apache-2.0
# what: a scheduled task put into a policy of the domain, from a workstation
# technique: T1484.001
# from: ws1
# to: dc1
# account: Administrator
# outcome: success
# must: finding directory,share
. "$RANGE_HERE/item.sh"
cd "$HOME"
printf '<?xml version="1.0"?><ScheduledTasks clsid="{CC63F200-7309-4ba0-B154-A71CD118DBCC}"/>\n' >ScheduledTasks.xml
p="$DOMAIN_DNS\\Policies\\{31B2F340-016D-11D2-945F-00C04FB984F9}\\MACHINE"
smbclient //dc1/sysvol -U "CORP\\Administrator%$ADMIN_PASSWORD" \
	-c "cd $p; mkdir Preferences; cd Preferences; mkdir ScheduledTasks; cd ScheduledTasks; put ScheduledTasks.xml" || exit 1
smbclient //dc1/sysvol -U "CORP\\Administrator%$ADMIN_PASSWORD" -c "cd $p; deltree Preferences"
