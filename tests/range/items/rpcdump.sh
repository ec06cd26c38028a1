# SPDX-License-Identifier: Apache-2.0
# what: the endpoint mapper's whole table
# technique: T1046
# from: ws1
# to: dc1
# account: -
# outcome: success
# must: finding rpc,discover
. "$RANGE_HERE/item.sh"
says 'Protocol' impacket rpcdump $dc1
