# SPDX-License-Identifier: Apache-2.0
# what: two services asked to open a path, which Samba does not have
# technique: T1187
# from: ws1
# to: dc1
# account: alice
# outcome: attempt
# must: finding discover,rpc
. "$RANGE_HERE/item.sh"
calls efs-lsa $dc1 alice "$USER_PASSWORD"
calls efs $dc1 alice "$USER_PASSWORD"
calls shadow $dc1 alice "$USER_PASSWORD"
true
