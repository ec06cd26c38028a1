# SPDX-License-Identifier: Apache-2.0
# what: users, computers, groups, trusts and SPNs of the domain
# technique: T1087.002
# from: ws1
# to: dc1
# account: alice
# outcome: success
# must: finding discover
. "$RANGE_HERE/item.sh"
for f in '(objectClass=user)' '(objectClass=computer)' '(objectClass=group)' '(objectClass=trustedDomain)' \
	'(servicePrincipalName=*)' '(userAccountControl:1.2.840.113556.1.4.803:=4194304)' '(objectClass=organizationalUnit)' \
	'(objectClass=groupPolicyContainer)' '(adminCount=1)'; do
	ldapsearch -x -H ldap://$dc1 -o tls_reqcert=never -D "alice@$DOMAIN_DNS" -w "$USER_PASSWORD" -b 'dc=corp,dc=range,dc=test' -E pr=500/noprompt "$f" || exit 1
done | grep -c '^dn:'
