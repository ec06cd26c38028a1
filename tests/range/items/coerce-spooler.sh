# SPDX-License-Identifier: Apache-2.0
# what: two servers asked to call back by their print spoolers
# technique: T1187
# from: ws1
# to: dc1
# account: alice
# outcome: attempt
# must: finding rpc,relay
. "$RANGE_HERE/item.sh"
calls spooler $dc1 alice "$USER_PASSWORD" && calls spooler $fs1 alice "$USER_PASSWORD"
