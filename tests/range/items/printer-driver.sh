# SPDX-License-Identifier: Apache-2.0
# what: a printer driver added from a path of ws1 (PrintNightmare); Samba refuses
# technique: T1068
# from: ws1
# to: fs1
# account: alice
# outcome: attempt
# must: alert rpc
. "$RANGE_HERE/item.sh"
calls driver $fs1 alice "$USER_PASSWORD"
