# SPDX-License-Identifier: Apache-2.0
# what: nmap -sn
# technique: T1018
# from: ws1
# to: fs1
# account: -
# outcome: success
# must: alert scan
. "$RANGE_HERE/item.sh"
nmap -n -sn 10.77.0.0/24
