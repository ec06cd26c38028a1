# SPDX-License-Identifier: Apache-2.0
# what: a private network to another office outside, over UDP: pages and pings through it
# technique: -
# from: ws2
# to: inet
# account: -
# outcome: ordinary
# must: nothing
. "$RANGE_HERE/item.sh"
openvpn --genkey secret "$HOME/vpn.key"
cp "$HOME/vpn.key" "$RANGE/hosts/inet/home/vpn.key"
at inet timeout 60 openvpn --local 203.0.113.10 --dev tun9 --ifconfig 10.99.0.1 10.99.0.2 --secret "$RANGE/hosts/inet/home/vpn.key" --cipher AES-256-CBC --keepalive 5 20 --auth-nocache & p="$p $!"
timeout 60 openvpn --dev tun9 --remote 203.0.113.10 --ifconfig 10.99.0.2 10.99.0.1 --secret "$HOME/vpn.key" --cipher AES-256-CBC --keepalive 5 20 --auth-nocache & p="$p $!"
for i in $(seq 1 60); do ping -q -c 1 -W 1 10.99.0.1 && break; sleep 0.3; done
ping -q -c 20 -i 0.3 10.99.0.1
for i in 1 2 3 4 5 6; do curl -s -o /dev/null http://10.99.0.1/$i.html; done
curl -s -o /dev/null -w '%{http_code} %{size_download}\n' http://10.99.0.1/update.bin | grep 200
s=$?
kill $p; exit $s
