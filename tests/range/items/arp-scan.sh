# SPDX-License-Identifier: Apache-2.0
# what: arp-scan -q -I eth0
# technique: T1018
# from: ws2
# to: fs1
# account: -
# outcome: success
# must: alert scan
. "$RANGE_HERE/item.sh"
arp-scan -q -I eth0 10.77.0.0/24
