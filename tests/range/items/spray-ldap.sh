# SPDX-License-Identifier: Apache-2.0
# what: one wrong password for each account, LDAP bind
# technique: T1110.003
# from: ws1
# to: dc1
# account: -
# outcome: attempt
# must: alert brute
. "$RANGE_HERE/item.sh"
for u in alice bob carol dave erin frank svc_sql svc_web svc_backup Administrator; do
	says 'Invalid credentials' ldapsearch -x -H ldap://$dc1 -D "$u@$DOMAIN_DNS" -w Winter2026 -b '' -s base || exit 1
done
