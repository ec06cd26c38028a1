# SPDX-License-Identifier: Apache-2.0
# what: nmap -Pn -sV --version-intensity 2 -p 21,22,25,80,110,135,139,143,389,443,445,1433,3306,3389,6379,8080
# technique: T1046
# from: ws1
# to: lin1
# account: -
# outcome: success
# must: alert scan
. "$RANGE_HERE/item.sh"
nmap -n -Pn -sV --version-intensity 2 -p 21,22,25,80,110,135,139,143,389,443,445,1433,3306,3389,6379,8080 $lin1
