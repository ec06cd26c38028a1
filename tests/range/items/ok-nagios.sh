# SPDX-License-Identifier: Apache-2.0
# what: the plugins of Nagios: ping, ssh, web of twenty machines, by turns
# technique: -
# from: frx
# to: lin1
# account: -
# outcome: ordinary
# must: nothing
. "$RANGE_HERE/item.sh"
p=/usr/lib/nagios/plugins
for r in 1 2 3; do
	for h in $(branch 20); do
		$p/check_ping -H $h -w 100,20% -c 500,60% -p 1
		$p/check_ssh -H $h
		$p/check_http -H $h
		$p/check_tcp -H $h -p 443
	done
done | grep -c OK
