# SPDX-License-Identifier: Apache-2.0
# what: an account put into Domain Admins (LDAP), and taken out
# technique: T1098
# from: ws1
# to: dc1
# account: Administrator
# outcome: success
# must: finding directory
. "$RANGE_HERE/item.sh"
m() { printf 'dn: CN=Domain Admins,CN=Users,DC=corp,DC=range,DC=test\nchangetype: modify\n%s: member\nmember: CN=frank,CN=Users,DC=corp,DC=range,DC=test\n' $1 | ldapmodify -x -H ldap://$dc1 -D "Administrator@$DOMAIN_DNS" -w "$ADMIN_PASSWORD"; }
m add || exit 1
m delete
