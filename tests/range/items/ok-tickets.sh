# SPDX-License-Identifier: Apache-2.0
# what: a day's tickets: one logon, several services, AES
# technique: -
# from: ws1
# to: dc1
# account: bob
# outcome: ordinary
# must: nothing
. "$RANGE_HERE/item.sh"
echo "$USER_PASSWORD" | kinit bob
kvno cifs/fs1.$DOMAIN_DNS cifs/dc1.$DOMAIN_DNS ldap/dc1.$DOMAIN_DNS "host/fs1.$DOMAIN_DNS"
