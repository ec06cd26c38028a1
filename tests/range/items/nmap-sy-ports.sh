# SPDX-License-Identifier: Apache-2.0
# what: nmap -Pn -sY, forty SCTP ports
# technique: T1046
# from: ws1
# to: fs1
# account: -
# outcome: success
# must: alert scan
. "$RANGE_HERE/item.sh"
nmap -n -Pn -sY -p 1-40 --max-retries 0 -T4 $fs1
