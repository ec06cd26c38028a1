# SPDX-License-Identifier: Apache-2.0
# what: interfaces of dc1 tried one by one with impacket rpcmap
# technique: T1046
# from: ws1
# to: dc1
# account: alice
# outcome: success
# must: finding rpc,discover
. "$RANGE_HERE/item.sh"
says 'UUID|Procedure|Protocol' impacket rpcmap -brute-uuids -auth-rpc "CORP/alice:$USER_PASSWORD" -auth-transport "CORP/alice:$USER_PASSWORD" "ncacn_np:$dc1[\\pipe\\lsass]"
