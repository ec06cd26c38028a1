# SPDX-License-Identifier: Apache-2.0
# what: a mail program looks three people up
# technique: -
# from: ws2
# to: dc1
# account: carol
# outcome: ordinary
# must: nothing
. "$RANGE_HERE/item.sh"
for u in alice bob dave; do
	ldapsearch -x -H ldap://$dc1 -D "carol@$DOMAIN_DNS" -w "$USER_PASSWORD" -b 'dc=corp,dc=range,dc=test' "(samAccountName=$u)" mail cn || exit 1
done
