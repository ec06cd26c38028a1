# SPDX-License-Identifier: Apache-2.0
# what: pings, ports and SNMP of all servers, twice
# technique: -
# from: frx
# to: lin1
# account: -
# outcome: ordinary
# must: nothing
. "$RANGE_HERE/item.sh"
for r in 1 2; do
	for h in $dc1 $fs1 $lin1 10.77.0.1; do ping -q -c 2 -i 0.2 $h >/dev/null; done
	for p in $dc1:389 $fs1:445 $lin1:22 $lin1:80; do nc -z -w 1 ${p%:*} ${p#*:}; done
	snmpwalk -v2c -c public $lin1 1.3.6.1.2.1.1 || exit 1
done
