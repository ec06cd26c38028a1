# SPDX-License-Identifier: Apache-2.0
# A small office in network namespaces, for the demo, the range and the end-to-end tests. Sourced.
#
#   inet ── gw ──┐                 203.0.113.10, 198.51.100.20 beyond the gateway
#   ws1 ws2 fs1 ─┼─ sw (bridge br0) ──mirror──► sen (span0 only)
#   frx ─────────┘                 10.77.0.0/24: gw .1, fs1 .20, ws1 .31, ws2 .32, frx .99
#                                  the range also: branch 10.77.8.1 … .60 behind the gateway
#
# Every interface is born inside a namespace of this run, so removing the namespaces removes all of
# it; nothing has a way out of the machine.

NET_ID=${NET_ID:-vg$$}
NET_HOSTS=${NET_HOSTS:-fs1 ws1 ws2 frx gw}

ns() { # NAME: the namespace's full name
	echo "$NET_ID-$1"
}

on() { # NAME COMMAND…: runs in the namespace
	_on=$1
	shift
	ip netns exec "$(ns "$_on")" "$@"
}

net_addr() { # NAME
	case $1 in
	gw) echo 10.77.0.1 ;;
	dc1) echo 10.77.0.10 ;;
	fs1) echo 10.77.0.20 ;;
	ws1) echo 10.77.0.31 ;;
	ws2) echo 10.77.0.32 ;;
	lin1) echo 10.77.0.40 ;;
	win1) echo 10.77.0.50 ;;
	frx) echo 10.77.0.99 ;;
	inet) echo 203.0.113.10 ;;
	esac
}

net_mac() { # NAME
	case $1 in
	gw) echo 02:77:00:00:00:01 ;;
	dc1) echo 02:77:00:00:00:10 ;;
	fs1) echo 02:77:00:00:00:20 ;;
	ws1) echo 02:77:00:00:00:31 ;;
	ws2) echo 02:77:00:00:00:32 ;;
	lin1) echo 02:77:00:00:00:40 ;;
	win1) echo 02:77:00:00:00:50 ;;
	frx) echo 02:77:00:00:00:99 ;;
	esac
}

# Offloads off: else half the frames on the mirror are larger than the wire allows and every
# checksum is empty. Not every veth has every knob.
net_plain() { # NAMESPACE IFACE
	for _k in tx rx tso gso gro sg; do
		ip netns exec "$1" ethtool -K "$2" $_k off >/dev/null 2>&1 || true
	done
}

net_quiet() { # NAMESPACE: no IPv6 chatter
	ip netns exec "$1" sysctl -qw net.ipv6.conf.all.disable_ipv6=1 \
		net.ipv6.conf.default.disable_ipv6=1 2>/dev/null || true
}

net_host() { # NAME: a host on the switch
	_h=$(ns "$1")
	_sw=$(ns sw)
	ip netns add "$_h"
	net_quiet "$_h"
	ip -n "$_sw" link add "p-$1" type veth peer name eth0 netns "$_h"
	ip -n "$_h" link set eth0 address "$(net_mac "$1")"
	ip -n "$_h" addr add "$(net_addr "$1")/24" dev eth0
	ip -n "$_h" link set lo up
	ip -n "$_h" link set eth0 up
	ip -n "$_sw" link set "p-$1" master br0
	ip -n "$_sw" link set "p-$1" up
	net_plain "$_h" eth0
	net_plain "$_sw" "p-$1"
	[ "$1" = gw ] || ip -n "$_h" route add default via 10.77.0.1
}

net_line() { # NAME ADDRESS PORT ADDRESS: a namespace of that name, on a line to the gateway's port
	ip netns add "$(ns "$1")"
	net_quiet "$(ns "$1")"
	ip -n "$(ns gw)" link add "$3" type veth peer name eth0 netns "$(ns "$1")"
	ip -n "$(ns gw)" addr add "$4/30" dev "$3"
	ip -n "$(ns gw)" link set "$3" up
	ip -n "$(ns "$1")" addr add "$2/30" dev eth0
	ip -n "$(ns "$1")" link set lo up
	ip -n "$(ns "$1")" link set eth0 up
}

net_inet() { # the world beyond the gateway
	_i=$(ns inet)
	_g=$(ns gw)
	net_line inet 192.0.2.2 wan 192.0.2.1
	for _a in 203.0.113.10 203.0.113.53 198.51.100.20 198.51.100.77; do
		ip -n "$_i" addr add "$_a/32" dev lo
	done
	ip -n "$_i" route add 10.77.0.0/24 via 192.0.2.1
	ip -n "$_g" route add default via 192.0.2.2
	ip netns exec "$_g" sysctl -qw net.ipv4.ip_forward=1
}

# A branch behind the gateway: one namespace that answers for sixty machines, each of which is a host by
# its address (routed, so no MAC of its own is seen).
net_branch() {
	_b=$(ns branch)
	_g=$(ns gw)
	net_line branch 192.0.2.6 line 192.0.2.5
	for _a in $(seq 1 60); do
		echo "addr add 10.77.8.$_a/32 dev lo"
	done | ip -n "$_b" -batch -
	ip -n "$_b" route add default via 192.0.2.5
	ip -n "$_g" route add 10.77.8.0/24 via 192.0.2.6
	net_plain "$_b" eth0
	net_plain "$_g" line
}

# The mirror: each frame once, as it enters the switch from any port. Adding the egress side would
# show each frame twice.
net_mirror() {
	_sw=$(ns sw)
	_se=$(ns sen)
	ip netns add "$_se"
	net_quiet "$_se"
	ip -n "$_sw" link add span1 type veth peer name span0 netns "$_se"
	ip -n "$_sw" link set span1 mtu 1600 up
	ip -n "$_se" link set span0 mtu 1600 up promisc on
	ip -n "$_se" link set lo up
	{
		echo 'table netdev mirror {'
		for _p in $NET_HOSTS; do
			echo "chain in_$_p { type filter hook ingress device \"p-$_p\" priority -500; dup to \"span1\"; }"
		done
		echo '}'
	} | ip netns exec "$_sw" nft -f -
}

net_up() {
	_sw=$(ns sw)
	ip netns add "$_sw"
	net_quiet "$_sw"
	ip -n "$_sw" link add br0 type bridge
	ip -n "$_sw" link set br0 up
	for _h in $NET_HOSTS; do
		net_host "$_h"
	done
	net_inet
	net_mirror
}

net_down() { # whatever exists of this run; safe to call twice
	for _n in $(ip netns list 2>/dev/null | sed -n "s/^\($NET_ID-[a-z0-9]*\).*/\1/p"); do
		ip netns pids "$_n" 2>/dev/null | xargs -r kill -9 2>/dev/null || true
		ip netns del "$_n" 2>/dev/null || true
	done
}
