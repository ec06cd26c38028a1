# SPDX-License-Identifier: Apache-2.0
# The sources live and dpdk on a link of two namespaces: every frame sent is seen, at the worker of
# its hosts, for 1, 2 and 4 workers; filter, removal of copies, a prompt end on an idle link.
#
# live_capture.sh BUILD
set -u
build=$(cd "$1" && pwd)
here=$(cd "$(dirname "$0")" && pwd)
[ "$(id -u)" = 0 ] || { echo "skipped: needs root for network namespaces"; exit 77; }
ip netns add "vl$$a" 2>/dev/null && ip netns add "vl$$b" ||
	{ echo "skipped: no network namespaces here"; exit 77; }
D=$(mktemp -d "${TMPDIR:-/tmp}/vigie-live.XXXXXX")
sensor=
cleanup() {
	[ -z "$sensor" ] || kill "$sensor" 2>/dev/null
	ip netns del "vl$$a"
	ip netns del "vl$$b"
	rm -rf "$D"
}
trap cleanup EXIT
trap 'exit 130' INT TERM
for n in a b; do
	ip netns exec "vl$$$n" sysctl -qw net.ipv6.conf.all.disable_ipv6=1 \
		net.ipv6.conf.default.disable_ipv6=1 2>/dev/null
done
ip link add name s0 netns "vl$$a" type veth peer name span0 netns "vl$$b" || exit 1
ip -n "vl$$a" link set s0 up
ip -n "vl$$b" link set span0 up
failed=0

begin() { # OPTIONS…
	rm -rf "$D/out"
	ip netns exec "vl$$b" "$build/vigie-sensor" -i span0 -S none -l "$D/out" "$@" \
		>"$D/log" 2>&1 &
	sensor=$!
	for _ in $(seq 200); do
		sleep 0.1
		[ -e "$D/out/eve.json" ] && grep -q 'source ' "$D/log" && break
	done
	sleep 0.3
}

send() { # KIND COUNT
	ip netns exec "vl$$a" python3 "$here/live_send.py" s0 "$1" "$2"
}

finish() {
	sleep 0.2
	kill -TERM "$sensor"
	wait "$sensor" || { echo "FAILED the sensor's exit"; cat "$D/log"; failed=1; }
	sensor=
}

has() { # NAME EXPRESSION: python over s, the statistics
	python3 - "$D/out/stats.json" "$1" "$2" <<'PY' || failed=1
import json, sys
s = json.load(open(sys.argv[1]))["capture"]
ok = eval(sys.argv[3])
print("ok    " if ok else "FAILED", sys.argv[2], "" if ok else s)
sys.exit(not ok)
PY
}

all="s['frames'] == s['frames_taken'] == 40000 and s['lost']['handover'] == 0 and s['filtered'] == 0"
for w in 1 2 4; do
	for kind in flows errors mixed; do
		begin --set workers=$w --set capture.dedup=off
		send $kind 40000 >/dev/null
		finish
		has "live, $w workers, $kind: all of 40000" "s['source'] == 'live' and $all"
		has "live, $w workers, $kind: losses are known" "s['lost']['nic'] == 0 == s['lost']['ring']"
		case $w-$kind in
		1-*) has "live, $w workers, $kind: nothing crosses" "s['handed_over'] == 0" ;;
		*-errors) has "live, $w workers, $kind: errors cross to their flow" \
			"3000 < s['handed_over'] <= 20000" ;;
		*) has "live, $w workers, $kind: the kernel spreads as we do" "s['handed_over'] == 0" ;;
		esac
	done
done

if "$build/vigie-sensor" --build-info 2>/dev/null | grep -qi dpdk; then
	for w in 1 2; do
		begin --set workers=$w --set capture.source=dpdk --set capture.dedup=off
		send mixed 40000 >/dev/null
		finish
		has "dpdk, $w workers: all of 40000" "s['source'] == 'dpdk' and $all"
	done
fi

# 40000 mixed frames: a quarter each of IPv4, IPv6, tagged and ARP.
for source in live dpdk; do
	for row in 'arp=10000' 'vlan=10000' 'ip6=10000' 'not arp=30000' 'arp or vlan 101=13333' \
		'ip and udp dst port 2000=34'; do
		begin --set workers=2 --set capture.source=$source --set capture.dedup=off \
			--set "capture.filter=${row%=*}"
		send mixed 40000 >/dev/null
		finish
		has "$source, filter '${row%=*}'" "s['frames'] == 40000 and \
			abs(s['frames_taken'] - ${row##*=}) <= 1 and \
			s['frames_taken'] + s['filtered'] == 40000"
	done
done
for option in capture.filter='tcp prot 80' capture.dedup=maybe; do
	out=$(ip netns exec "vl$$b" "$build/vigie-sensor" -i span0 -l "$D/out" --set "$option" 2>&1)
	case $? in
	0) echo "FAILED $option is taken"; failed=1 ;;
	*) case $out in
		*"${option#*=}"*) echo "ok     $option is refused: $out" | head -1 ;;
		*) echo "FAILED $option: $out"; failed=1 ;;
		esac ;;
	esac
done

for w in 1 2; do
	begin --set workers=$w --set capture.dedup=on
	send copies 20000 >/dev/null
	finish
	has "copies, $w workers" "s['frames'] == 20000 and 9900 < s['duplicates_removed'] <= 10000 and \
		s['frames_taken'] + s['duplicates_removed'] == 20000"
done

begin --set workers=2
start=$(date +%s%N)
kill -TERM "$sensor"
wait "$sensor"
sensor=
ms=$((($(date +%s%N) - start) / 1000000))
if [ $ms -lt 5000 ]; then # it is some milliseconds, on a machine of its own
	echo "ok     TERM ends it on an idle link in $ms ms"
else
	echo "FAILED TERM took $ms ms"
	failed=1
fi

begin
ip -n "vl$$b" link del span0
for _ in $(seq 200); do
	kill -0 "$sensor" 2>/dev/null || break
	sleep 0.1
done
kill -TERM "$sensor" 2>/dev/null
wait "$sensor"
code=$?
sensor=
if [ $code = 1 ] && grep -q 'cannot read span0 any longer' "$D/log"; then
	echo "ok     an interface that vanishes ends the run, said"
else
	echo "FAILED a vanished interface: exit $code"
	cat "$D/log"
	failed=1
fi
exit $failed
