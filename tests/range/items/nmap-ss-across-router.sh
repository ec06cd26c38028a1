# SPDX-License-Identifier: Apache-2.0
# what: nmap -Pn -sS -p 445 --max-retries 0 -T4 203.0.113.0/26
# technique: T1046
# from: ws1
# to: inet
# account: -
# outcome: success
# must: alert scan
. "$RANGE_HERE/item.sh"
nmap -n -Pn -sS -p 445 --max-retries 0 -T4 203.0.113.0/26
