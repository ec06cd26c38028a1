# SPDX-License-Identifier: Apache-2.0
# what: names looked up, some that do not exist
# technique: -
# from: ws1
# to: dc1
# account: -
# outcome: ordinary
# must: nothing
. "$RANGE_HERE/item.sh"
for n in www updates cdn mail www cdn nowhere mail; do dig +short @$dc1 $n.example.test; done
for n in dc1 fs1 _ldap._tcp _kerberos._tcp; do dig +short @$dc1 $n.$DOMAIN_DNS any; done
