# SPDX-License-Identifier: Apache-2.0
# what: nmap -Pn -sS -p 445
# technique: T1046
# from: ws1
# to: fs1
# account: -
# outcome: success
# must: alert scan
. "$RANGE_HERE/item.sh"
nmap -n -Pn -sS -p 445 10.77.0.0/24
