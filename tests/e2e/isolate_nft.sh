#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The isolator nft-bridge on a real bridge with real packets: namespaces of its own (vg-i-*), a
# bridge, three hosts. Removes everything at the end, also after Ctrl-C. Exit 77: not root.
#
#   isolate_nft.sh [BUILD]      ISOLATIONS=n: how many are timed (60)
. "$(dirname "$0")/isolate.inc"
count=${ISOLATIONS:-60}
[ "$(id -u)" = 0 ] || skip "network namespaces need root"
command -v nft >/dev/null && command -v ip >/dev/null || skip "nft and ip are needed"
[ -x "$dir/vigie-isolate-nft-bridge" ] || skip "no vigie-isolate-nft-bridge in $dir (VIGIE_BUILD)"
sw=vg-i-sw$$ bad=vg-i-bad$$ peer=vg-i-peer$$ frx=vg-i-frx$$
jobs_to_end=

cleanup() {
	trap - EXIT INT TERM
	for p in $jobs_to_end; do kill "$p" 2>/dev/null; done
	for n in $sw $bad $peer $frx; do ip netns del $n 2>/dev/null; done
	rm -rf "$work"
}
trap cleanup EXIT
trap 'exit 130' INT TERM

host() { # host NAMESPACE NUMBER: 10.99.0.NUMBER, MAC ending in it
	ip netns add "$1"
	ip -n $sw link add "p$2" type veth peer name eth0 netns "$1"
	ip -n "$1" link set eth0 address "02:00:00:00:99:$2" up
	ip -n "$1" link set lo up
	ip -n "$1" addr add "10.99.0.$2/24" dev eth0
	ip -n $sw link set "p$2" master br0 up
}
ip netns add $sw
ip -n $sw link add br0 type bridge forward_delay 0
ip -n $sw link set br0 up
host $bad 11; host $peer 12; host $frx 13
# Else an ARP entry cannot change in its first second.
ip netns exec $peer sh -c 'echo 0 >/proc/sys/net/ipv4/neigh/eth0/locktime'
build_drive || exit 1

base="--set isolate.mode=manual --set isolate.dir=$dir --set isolate.audit=$work/audit.log
 --set isolate.isolator=nft-bridge --set isolate.params=nft-bridge.netns=$sw,nft-bridge.bridge=br0
 --set isolate.forensic=10.99.0.13 --set isolate.protect=10.99.0.12 --set isolate.rate_max=10000
 --set isolate.host_percent=100 --set isolate.ttl_s=3,600"
vg() { "$drive" "$work/db" $base "$@"; }
pings() { ip netns exec "$1" ping -n -c 2 -i 0.2 -W 0.4 -q "$2" >/dev/null 2>&1; }
# A host that asked in vain asks again a second later: a yes may take a moment, a no must not.
reaches() { for i in 1 2 3 4 5; do pings "$@" && return; sleep 0.3; done; return 1; }
vg sight 10.99.0.11 02:00:00:00:99:11; vg sight 10.99.0.12 02:00:00:00:99:12
vg sight 10.99.0.13 02:00:00:00:99:13

# A TCP session that says a number every 50 ms; the peer writes down what it hears.
ip netns exec $peer python3 -c '
import socket
s = socket.create_server(("10.99.0.12", 9000)); c, _ = s.accept()
while True:
    d = c.recv(100)
    if not d: break
    open("'"$work"'/heard", "ab").write(d)' &
jobs_to_end="$jobs_to_end $!"
ip netns exec $bad python3 -c '
import socket, time
for _ in range(200):
    try:
        c = socket.create_connection(("10.99.0.12", 9000)); break
    except OSError:
        time.sleep(0.1)
n = 0
while True:
    n += 1; c.send(b"%d\n" % n); time.sleep(0.05)' 2>/dev/null &
jobs_to_end="$jobs_to_end $!"
heard() { stat -c %s "$work/heard" 2>/dev/null || echo 0; }
grows() { a=$(heard); sleep 0.5; [ "$(heard)" -gt "$a" ]; }
# A yes may take a while on a machine that others use, a no has half a second.
grows_again() { for i in $(seq 40); do grows && return; done; return 1; }
# The bad host asks, by broadcast, for the forensic host in another's name; does the peer believe it?
poisoned() {
	ip -n $peer neigh replace 10.99.0.99 lladdr 02:00:00:00:99:77 nud stale dev eth0
	ip netns exec $bad python3 -c '
import socket
mac = bytes.fromhex("020000009911"); s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
s.bind(("eth0", 0)); ip = socket.inet_aton
s.send(b"\xff" * 6 + mac + bytes.fromhex("08060001080006040001") + mac + ip("10.99.0.99")
       + bytes(6) + ip("10.99.0.13") + bytes(18))'
	sleep 0.2
	ip -n $peer neigh show 10.99.0.99 | grep -q 02:00:00:00:99:11
}

ok "before: it can take another's address by ARP" poisoned
ok "before: the peer answers" reaches $bad 10.99.0.12
ok "before: the forensic host answers" reaches $bad 10.99.0.13
ok "before: a TCP session flows" grows_again

ok "plan is allowed" sh -c "\"$drive\" \"$work/db\" $(echo $base) plan 10.99.0.11 >$work/plan"
ok "plan has the exact commands, the undo and the port" json "$work/plan" \
	"any('add element bridge vigie isolated' in c for c in j['isolation']['commands']) and 'nft delete element' in j['isolation']['undo'] and j['isolation']['port'] == 'p11'"
ok "plan changed nothing" no ip netns exec $sw nft list table bridge vigie 2>/dev/null

vg apply 10.99.0.11 600 >"$work/iso"
ok "applied, and the device read back" json "$work/iso" \
	"j['status'] == 'active' and j['effect'] == 'effective' and j['proof_kind'] == 'device read back' and 590 <= j['remaining_s'] <= 600"
echo "# $(field "$work/iso" "j['proof']")"
ok "isolated: the TCP session is cut" no grows
ok "isolated: it does not reach the peer" no pings $bad 10.99.0.12
ok "isolated: the peer does not reach it" no pings $peer 10.99.0.11
ok "isolated: the forensic host reaches it" reaches $frx 10.99.0.11
ip -n $frx neigh flush dev eth0; ip -n $bad neigh flush dev eth0
ok "isolated: also with no ARP entry on either side" reaches $frx 10.99.0.11
ip -n $bad neigh flush dev eth0; ip -n $frx neigh flush dev eth0
ok "isolated: it reaches the forensic host" reaches $bad 10.99.0.13
ok "isolated: it takes nobody's address by ARP" no poisoned
ok "others still talk" reaches $peer 10.99.0.13
vg apply 10.99.0.11 600 >"$work/again" 2>/dev/null
ok "a second apply is a no-op" [ $? = 17 ]

vg release 10.99.0.11 >"$work/rel"
ok "released, and the device read back" json "$work/rel" "j['status'] == 'released'"
ok "released: the peer answers" reaches $bad 10.99.0.12
ok "released: the TCP session goes on" grows_again
id=$(field "$work/iso" "j['id']")
python3 - "$id" >"$work/late" <<'PY'
import json, sys, time
print(json.dumps({"v": 1, "id": sys.argv[1], "op": "apply", "expiry": int(time.time()) + 60, "ttl_s": 60,
    "target": {"mac": "02:00:00:00:99:11", "addrs": []}, "profile": {"name": "insulate"}, "protected": []}))
PY
sed "s/\"protected\"/\"params\": {\"netns\": \"$sw\"}, \"protected\"/" "$work/late" |
	"$dir/vigie-isolate-nft-bridge" >"$work/late.out"
ok "a late apply of the released isolation is refused by the helper" json "$work/late.out" \
	"not j['ok'] and 'released' in j['error']"

"$drive" "$work/db" $base --set isolate.ttl_s=8 apply 10.99.0.11 8 >"$work/short"
ok "eight seconds: isolated" no pings $bad 10.99.0.12
sleep 8
ok "eight seconds: lifted by the kernel, nothing of ours was running" reaches $bad 10.99.0.12
"$drive" "$work/db" $base tick
sleep 2.1
"$drive" "$work/db" $base tick
ok "eight seconds: recorded as expired" sh -c \
	"\"$drive\" \"$work/db\" $(echo $base) list | grep -q '\"status\": \"expired\"'"

vg apply 10.99.0.12 60 >"$work/prot" 2>&1
ok "a protected host is refused by the engine" [ $? = 1 ]
python3 - >"$work/preq" <<'PY'
import json, time
print(json.dumps({"v": 1, "id": "00000000-0000-4000-8000-000000000001", "op": "apply", "expiry": int(time.time()) + 60,
    "ttl_s": 60, "target": {"mac": "02:00:00:00:99:12", "addrs": ["10.99.0.12"]},
    "profile": {"name": "insulate"}, "protected": ["10.99.0.12"]}))
PY
"$dir/vigie-isolate-nft-bridge" <"$work/preq" >"$work/pout"
ok "a protected host is refused by the helper" json "$work/pout" "not j['ok'] and 'protected' in j['error']"
ok "the protected host still talks" reaches $peer 10.99.0.13

fsync=$(python3 - "$work" <<'PY'
import os, sys, time
f = os.open(sys.argv[1] + "/fsync", os.O_CREAT | os.O_WRONLY | os.O_APPEND); t = []
for _ in range(300):
    os.write(f, b"x" * 300); a = time.monotonic(); os.fsync(f); t.append(time.monotonic() - a)
t.sort(); print("fsync p50 %.2f ms, p99 %.2f ms" % (t[150] * 1e3, t[297] * 1e3))
PY
)
vg bench 10.99.0.11 "$count" >"$work/bench"
ok "$count isolations, all effective" [ $? = 0 ]
echo "# $(cat "$work/bench") (plan + records flushed + apply + verified); this disk: $fsync"
finish
