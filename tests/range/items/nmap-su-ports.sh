# SPDX-License-Identifier: Apache-2.0
# what: nmap -Pn -sU --top-ports 40 --max-retries 0 -T4 --host-timeout 25s
# technique: T1046
# from: ws1
# to: fs1
# account: -
# outcome: success
# must: alert scan
. "$RANGE_HERE/item.sh"
nmap -n -Pn -sU --top-ports 40 --max-retries 0 -T4 --host-timeout 25s $fs1
