# SPDX-License-Identifier: Apache-2.0
# what: what BloodHound collects, asked with its filters by ldapsearch
# technique: T1087.002
# from: ws1
# to: dc1
# account: alice
# outcome: success
# must: alert discover
. "$RANGE_HERE/item.sh"
q() { ldapsearch -x -H ldap://$dc1 -D "alice@$DOMAIN_DNS" -w "$USER_PASSWORD" -b "${3:-dc=corp,dc=range,dc=test}" -E pr=1000/noprompt "$1" $2 >>"$HOME/found"; }
: >"$HOME/found"
q '(|(&(objectCategory=person)(objectClass=user))(objectClass=msDS-GroupManagedServiceAccount))' 'sAMAccountName primaryGroupID servicePrincipalName adminCount'
q '(&(sAMAccountType=805306369)(!(UserAccountControl:1.2.840.113556.1.4.803:=2)))' 'sAMAccountName msDS-AllowedToDelegateTo ms-Mcs-AdmPwdExpirationTime'
q '(objectClass=group)' 'sAMAccountName member adminCount'
q '(objectClass=trustedDomain)' 'trustAttributes securityIdentifier'
q '(&(objectCategory=groupPolicyContainer)(flags=*))' 'displayname gpcfilesyspath'
q '(objectcategory=organizationalUnit)' 'gplink gpoptions'
q '(objectClass=container)' 'name objectGUID'
grep -q 'sAMAccountName: alice' "$HOME/found"
