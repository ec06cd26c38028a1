# SPDX-License-Identifier: Apache-2.0
# what: a service whose password has changed tries again and again with the old one, then is put right
# technique: -
# from: lin1
# to: fs1
# account: svc_backup
# outcome: ordinary
# must: nothing
. "$RANGE_HERE/item.sh"
for i in 1 2 3; do smbclient //fs1/data -U "CORP\\svc_backup%$USER_PASSWORD" -c ls >/dev/null || exit 1; done
for i in $(seq 1 20); do smbclient //fs1/data -U "CORP\\svc_backup%Old.password" -c ls; sleep 2; done
says blocks smbclient //fs1/data -U "CORP\\svc_backup%$USER_PASSWORD" -c 'ls; volume'
