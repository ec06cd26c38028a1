# SPDX-License-Identifier: Apache-2.0
# what: one wrong password for each account, NTLM
# technique: T1110.003
# from: ws1
# to: fs1
# account: -
# outcome: attempt
# must: alert brute
# smb: both
. "$RANGE_HERE/item.sh"
for u in alice bob carol dave erin frank svc_sql svc_web Administrator; do
	says LOGON_FAILURE smbclient -L //fs1 -U "CORP\\$u%Winter2026" || exit 1
done
