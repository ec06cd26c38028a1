# SPDX-License-Identifier: Apache-2.0
# what: two servers asked to open a path of ws1, by DFS; Samba refuses
# technique: T1187
# from: ws1
# to: dc1
# account: alice
# outcome: attempt
# must: alert rpc
. "$RANGE_HERE/item.sh"
calls dfs $dc1 alice "$USER_PASSWORD" && calls dfs $fs1 alice "$USER_PASSWORD"
