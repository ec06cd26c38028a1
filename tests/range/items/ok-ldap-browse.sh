# SPDX-License-Identifier: Apache-2.0
# what: an administrator browses the directory, level by level
# technique: -
# from: ws2
# to: dc1
# account: Administrator
# outcome: ordinary
# must: nothing
. "$RANGE_HERE/item.sh"
b='dc=corp,dc=range,dc=test'
for d in "$b" "cn=users,$b" "cn=computers,$b" "ou=domain controllers,$b" "cn=builtin,$b" "cn=system,$b" "cn=policies,cn=system,$b"; do
	ldapsearch -x -LLL -H ldap://$dc1 -D "Administrator@$DOMAIN_DNS" -w "$ADMIN_PASSWORD" -b "$d" -s one '(objectClass=*)' name objectClass >/dev/null || exit 1
	sleep 0.4
done
ldapsearch -x -LLL -H ldap://$dc1 -D "Administrator@$DOMAIN_DNS" -w "$ADMIN_PASSWORD" -b "cn=alice,cn=users,$b" -s base '(objectClass=*)' '*' +
