# SPDX-License-Identifier: Apache-2.0
# what: cables tried with patterns and sizes of ping
# technique: -
# from: ws2
# to: lin1
# account: -
# outcome: ordinary
# must: nothing
. "$RANGE_HERE/item.sh"
for p in ff 00 aa55 deadbeef; do ping -n -q -c 5 -i 0.05 -p $p $lin1; done
for s in 100 500 1000 1472; do ping -n -q -c 3 -i 0.05 -s $s $lin1; done
