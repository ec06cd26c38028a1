# SPDX-License-Identifier: Apache-2.0
# what: the help desk makes an account, sets its password, deletes it
# technique: -
# from: ws2
# to: dc1
# account: Administrator
# outcome: ordinary
# must: nothing
. "$RANGE_HERE/item.sh"
set -- -H ldap://dc1.$DOMAIN_DNS -U "CORP\\Administrator%$ADMIN_PASSWORD"
samba-tool user create newbie First.2026 "$@" || exit 1
samba-tool user setpassword newbie --newpassword=Second.2026 "$@" || exit 1
samba-tool group addmembers 'Domain Guests' newbie "$@"
samba-tool user delete newbie "$@"
