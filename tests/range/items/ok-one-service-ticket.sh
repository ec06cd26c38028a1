# SPDX-License-Identifier: Apache-2.0
# what: one ticket for the database
# technique: -
# from: ws2
# to: dc1
# account: bob
# outcome: ordinary
# must: nothing
. "$RANGE_HERE/item.sh"
echo "$USER_PASSWORD" | kinit bob
kvno "MSSQLSvc/fs1.$DOMAIN_DNS:1433"
