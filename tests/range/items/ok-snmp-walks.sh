# SPDX-License-Identifier: Apache-2.0
# what: every switch walked by SNMP, half of them after two communities that they do not know
# technique: -
# from: frx
# to: lin1
# account: -
# outcome: ordinary
# must: nothing
. "$RANGE_HERE/item.sh"
for h in $(branch 25); do
	[ $((${h##*.} % 2)) = 0 ] || for c in corp-ro private; do snmpget -v2c -c $c -t 0.2 -r 0 $h 1.3.6.1.2.1.1.5.0; done
	snmpbulkwalk -v2c -c public -t 2 $h 1.3.6.1.2.1.2 | wc -l
done
