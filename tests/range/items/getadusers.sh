# SPDX-License-Identifier: Apache-2.0
# what: impacket's list of the domain's users over LDAP
# technique: T1087.002
# from: ws1
# to: dc1
# account: alice
# outcome: success
# must: finding ldap
. "$RANGE_HERE/item.sh"
says 'alice' impacket GetADUsers -all -k -dc-ip $dc1 "$DOMAIN_DNS/alice:$USER_PASSWORD"
