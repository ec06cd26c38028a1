# SPDX-License-Identifier: Apache-2.0
# what: nmap -Pn -sW --top-ports 60
# technique: T1046
# from: ws1
# to: fs1
# account: -
# outcome: success
# must: alert scan
. "$RANGE_HERE/item.sh"
nmap -n -Pn -sW --top-ports 60 $fs1
