# SPDX-License-Identifier: Apache-2.0
# what: accounts that can be roasted or delegate, asked with the filters of impacket
# technique: T1087.002
# from: ws1
# to: dc1
# account: alice
# outcome: success
# must: alert discover
. "$RANGE_HERE/item.sh"
uac='UserAccountControl:1.2.840.113556.1.4.803:'
for f in "(&(servicePrincipalName=*)(${uac}=512)(!(${uac}=2))(!(objectCategory=computer)))" \
	"(&(${uac}=4194304)(!(${uac}=2))(!(objectCategory=computer)))" \
	"(&(|(${uac}=16777216)(${uac}=524288)(msDS-AllowedToDelegateTo=*)(msDS-AllowedToActOnBehalfOfOtherIdentity=*))(!(${uac}=2)))" \
	'(&(sAMAccountName=*)(objectCategory=user))' '(objectCategory=computer)' '(adminCount=1)'; do
	ldapsearch -x -LLL -H ldap://$dc1 -D "alice@$DOMAIN_DNS" -w "$USER_PASSWORD" -b 'dc=corp,dc=range,dc=test' \
		"$f" sAMAccountName servicePrincipalName memberOf pwdLastSet lastLogon || exit 1
done
