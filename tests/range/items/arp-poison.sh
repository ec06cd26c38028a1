# SPDX-License-Identifier: Apache-2.0
# what: ws1 says to ws2 and the gateway that it is the other
# technique: T1557.002
# from: ws1
# to: ws2
# account: -
# outcome: success
# must: alert poison
. "$RANGE_HERE/item.sh"
ping -q -c 1 10.77.0.1 # the true addresses are seen first, as on any day
for i in 1 2 3; do
	at ws2 sh -c 'ping -q -c 1 10.77.0.1; ip neigh flush dev eth0; sleep 1'
done
/usr/bin/python3 "$RANGE_HERE/arp.py" eth0 02:77:00:00:00:31 02:77:00:00:00:32 10.77.0.32 02:77:00:00:00:01 10.77.0.1 20 &
at ws2 ping -q -c 6 -i 0.5 10.77.0.1
wait
