# SPDX-License-Identifier: Apache-2.0
# what: the password of another account set (SAMR), and set back
# technique: T1098
# from: ws1
# to: dc1
# account: Administrator
# outcome: success
# must: finding rpc
. "$RANGE_HERE/item.sh"
rpcclient -U "CORP\\Administrator%$ADMIN_PASSWORD" $dc1 -c 'setuserinfo2 frank 23 Taken.2026' || exit 1
says frank ldapsearch -x -H ldap://$dc1 -D "frank@$DOMAIN_DNS" -w Taken.2026 -b 'dc=corp,dc=range,dc=test' '(samAccountName=frank)' dn
ok=$?
at dc1 samba-tool user setpassword frank --newpassword="$USER_PASSWORD"
exit $ok
