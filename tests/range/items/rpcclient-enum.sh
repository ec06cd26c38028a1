# SPDX-License-Identifier: Apache-2.0
# what: users, groups, domain and shares over RPC
# technique: T1087.002
# from: ws1
# to: dc1
# account: alice
# outcome: success
# must: finding rpc,discover
. "$RANGE_HERE/item.sh"
says 'alice' rpcclient -U "CORP\\alice%$USER_PASSWORD" $dc1 \
	-c 'enumdomusers;enumdomgroups;querydominfo;netshareenum;querygroupmem 0x200;queryuser alice;getdompwinfo'
