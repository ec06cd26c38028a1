# SPDX-License-Identifier: Apache-2.0
# what: nmap -Pn -sS --scan-delay 4s, twenty ports
# technique: T1046
# from: ws1
# to: fs1
# account: -
# outcome: success
# must: alert scan
. "$RANGE_HERE/item.sh"
nmap -n -Pn -sS --scan-delay 4s -p 21,22,23,25,53,80,110,111,113,143,199,256,443,554,587,993,995,1025,1720,3306 $fs1
