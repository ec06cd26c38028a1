# SPDX-License-Identifier: Apache-2.0
# what: a person mistypes twice, then gets in
# technique: -
# from: ws2
# to: fs1
# account: alice
# outcome: ordinary
# must: nothing
. "$RANGE_HERE/item.sh"
for p in Passw0rd.user Passw0rd.Usre; do smbclient -L //fs1 -U "CORP\\alice%$p"; done
says ADMIN smbclient -L //fs1 -U "CORP\\alice%$USER_PASSWORD"
