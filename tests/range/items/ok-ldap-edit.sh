# SPDX-License-Identifier: Apache-2.0
# what: an administrator edits telephone numbers and titles (LDAP)
# technique: -
# from: ws2
# to: dc1
# account: Administrator
# outcome: ordinary
# must: nothing
. "$RANGE_HERE/item.sh"
for u in alice bob carol dave; do
	printf 'dn: CN=%s,CN=Users,DC=corp,DC=range,DC=test\nchangetype: modify\nreplace: telephoneNumber\ntelephoneNumber: +33 1 %s\n-\nreplace: title\ntitle: clerk\n\n' $u $(($(printf %d "'$u") * 1111))
done >"$HOME/ldif"
ldapmodify -x -H ldap://$dc1 -D "Administrator@$DOMAIN_DNS" -w "$ADMIN_PASSWORD" -f "$HOME/ldif"
