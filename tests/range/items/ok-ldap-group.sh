# SPDX-License-Identifier: Apache-2.0
# what: the help desk puts a person into a group, and takes him out
# technique: -
# from: ws2
# to: dc1
# account: Administrator
# outcome: ordinary
# must: nothing
. "$RANGE_HERE/item.sh"
m() { printf 'dn: CN=DnsUpdateProxy,CN=Users,DC=corp,DC=range,DC=test\nchangetype: modify\n%s: member\nmember: CN=frank,CN=Users,DC=corp,DC=range,DC=test\n' $1 | ldapmodify -x -H ldap://$dc1 -D "Administrator@$DOMAIN_DNS" -w "$ADMIN_PASSWORD"; }
m add || exit 1
m delete
