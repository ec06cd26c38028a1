# SPDX-License-Identifier: Apache-2.0
# what: another account's PAC asked for with impacket getPac
# technique: T1558
# from: ws1
# to: dc1
# account: alice
# outcome: attempt
# must: finding krb
. "$RANGE_HERE/item.sh"
impacket getPac -targetUser Administrator "$DOMAIN_DNS/alice:$USER_PASSWORD"
true
