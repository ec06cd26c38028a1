# SPDX-License-Identifier: Apache-2.0
# what: a TGT made with krbtgt's key; Samba's KDC knows it for revoked
# technique: T1558.001
# from: ws1
# to: dc1
# account: Administrator
# outcome: attempt
# must: alert krb
. "$RANGE_HERE/item.sh"
cd "$HOME"
at dc1 samba-tool user setpassword krbtgt --newpassword=Some.Thing.2026x # key version 2, as the forger writes
impacket ticketer -aesKey "$(aeskey krbtgt)" -domain-sid "$(domain_sid)" -domain $DOMAIN_DNS Administrator
export KRB5CCNAME="$HOME/Administrator.ccache"
says 'revoked' kvno "cifs/fs1.$DOMAIN_DNS" "ldap/dc1.$DOMAIN_DNS"
