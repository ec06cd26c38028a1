# SPDX-License-Identifier: Apache-2.0
# what: who is logged on, asked of every server
# technique: T1033
# from: ws1
# to: fs1
# account: alice
# outcome: success
# must: finding rpc
. "$RANGE_HERE/item.sh"
for h in $dc1 $fs1 $win1; do calls who-is-on $h alice "$USER_PASSWORD"; done
true
