# SPDX-License-Identifier: Apache-2.0
# what: fs1 asked to open an event log of ws1
# technique: T1187
# from: ws1
# to: fs1
# account: alice
# outcome: attempt
# must: finding rpc
. "$RANGE_HERE/item.sh"
calls eventlog-coerce $fs1 alice "$USER_PASSWORD"
