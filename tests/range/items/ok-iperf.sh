# SPDX-License-Identifier: Apache-2.0
# what: a cable measured with iperf3, TCP and UDP
# technique: -
# from: ws1
# to: lin1
# account: -
# outcome: ordinary
# must: nothing
. "$RANGE_HERE/item.sh"
at lin1 timeout 40 iperf3 -s -1 -p 5201 >/dev/null &
sleep 0.7
iperf3 -c $lin1 -p 5201 -n 20M >/dev/null; wait
at lin1 timeout 40 iperf3 -s -1 -p 5202 >/dev/null &
sleep 0.7
iperf3 -c $lin1 -p 5202 -u -b 30M -t 3 | tail -2
