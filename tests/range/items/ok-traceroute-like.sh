# SPDX-License-Identifier: Apache-2.0
# what: three hops asked
# technique: -
# from: frx
# to: inet
# account: -
# outcome: ordinary
# must: nothing
. "$RANGE_HERE/item.sh"
for t in 1 2 3; do ping -c 1 -W 1 -t $t 203.0.113.10; done
true
