# SPDX-License-Identifier: Apache-2.0
# what: one closed port, sixty times
# technique: -
# from: ws2
# to: fs1
# account: -
# outcome: ordinary
# must: nothing
. "$RANGE_HERE/item.sh"
for i in $(seq 60); do nc -z -w 1 $fs1 8443; done
true
