# SPDX-License-Identifier: Apache-2.0
# what: one check only, of the ssh server of twenty machines
# technique: -
# from: frx
# to: lin1
# account: -
# outcome: ordinary
# must: nothing
. "$RANGE_HERE/item.sh"
for r in 1 2 3; do
	for h in $(branch 20); do /usr/lib/nagios/plugins/check_ssh -H $h; done
done | grep -c OK
