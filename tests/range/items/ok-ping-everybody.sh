# SPDX-License-Identifier: Apache-2.0
# what: five pings to every server
# technique: -
# from: ws1
# to: fs1
# account: -
# outcome: ordinary
# must: nothing
. "$RANGE_HERE/item.sh"
for i in 1 20 32 99; do ping -q -c 3 -i 0.2 10.77.0.$i; done
