# SPDX-License-Identifier: Apache-2.0
# what: a key of the attacker added to another account (LDAP); this schema has none
# technique: T1556
# from: ws1
# to: dc1
# account: Administrator
# outcome: attempt
# must: alert directory
. "$RANGE_HERE/item.sh"
printf 'dn: CN=frank,CN=Users,DC=corp,DC=range,DC=test\nchangetype: modify\nadd: msDS-KeyCredentialLink\nmsDS-KeyCredentialLink: B:8:00020000:CN=frank,CN=Users,DC=corp,DC=range,DC=test\n' >"$HOME/ldif"
ldapmodify -x -H ldap://$dc1 -D "Administrator@$DOMAIN_DNS" -w "$ADMIN_PASSWORD" -f "$HOME/ldif"
true
