# SPDX-License-Identifier: Apache-2.0
# what: forty short sessions with two servers
# technique: -
# from: ws1
# to: lin1
# account: -
# outcome: ordinary
# must: nothing
. "$RANGE_HERE/item.sh"
for i in $(seq 40); do nc -z -w 1 $lin1 80; nc -z -w 1 203.0.113.10 80; done
