# SPDX-License-Identifier: Apache-2.0
# what: a policy linked to the domain (LDAP), and the link taken away
# technique: T1484.001
# from: ws1
# to: dc1
# account: Administrator
# outcome: success
# must: finding directory
. "$RANGE_HERE/item.sh"
base='DC=corp,DC=range,DC=test'
was=$(ldapsearch -LLL -o ldif-wrap=no -x -H ldap://$dc1 -D "Administrator@$DOMAIN_DNS" -w "$ADMIN_PASSWORD" -b "$base" -s base gPLink | sed -n 's/^gPLink: //p')
l() { printf 'dn: %s\nchangetype: modify\nreplace: gPLink\ngPLink: %s\n' "$base" "$1" | ldapmodify -x -H ldap://$dc1 -D "Administrator@$DOMAIN_DNS" -w "$ADMIN_PASSWORD"; }
l "$was[LDAP://cn={6AC1786C-016F-11D2-945F-00C04FB984F9},cn=policies,cn=system,$base;0]" || exit 1
l "$was"
