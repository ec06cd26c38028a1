# SPDX-License-Identifier: Apache-2.0
# what: one wrong password for each account, Kerberos
# technique: T1110.003
# from: ws1
# to: dc1
# account: -
# outcome: attempt
# must: alert brute
. "$RANGE_HERE/item.sh"
for u in alice bob carol dave frank svc_sql svc_web svc_backup Administrator; do
	echo Winter2026 | kinit $u || true
done
