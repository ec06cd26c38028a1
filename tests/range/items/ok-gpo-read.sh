# SPDX-License-Identifier: Apache-2.0
# what: policies read from SYSVOL
# technique: -
# from: ws1
# to: dc1
# account: alice
# outcome: ordinary
# must: nothing
. "$RANGE_HERE/item.sh"
mkdir -p "$HOME/gpo"
cd "$HOME/gpo"
smbclient //dc1/sysvol -U "CORP\\alice%$USER_PASSWORD" -c "recurse on; prompt off; cd $DOMAIN_DNS; mget Policies"
