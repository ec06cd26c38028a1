# SPDX-License-Identifier: Apache-2.0
# what: one host that is off, six times
# technique: -
# from: ws2
# to: fs1
# account: -
# outcome: ordinary
# must: nothing
. "$RANGE_HERE/item.sh"
for i in $(seq 6); do ping -c 1 -W 1 10.77.0.77; done
true
