# SPDX-License-Identifier: Apache-2.0
# ./run demo: a switch with a mirror port, an office, an attack, an insulation; all real, all in
# network namespaces of this run, gone at the end. Exit 0 only if every step was seen.
#
# Without root a capture goes through the same chain, with a dry-run insulation.
set -eu
cd "$(dirname "$0")/../.."
build=$PWD/$1
NET_ID=vg$$
. tests/range/net.sh

D=$(mktemp -d "${TMPDIR:-/tmp}/vigie-demo.XXXXXX")
jobs_=
started=$(date +%s%N)

finish() {
	code=$?
	trap - EXIT INT TERM HUP
	for p in $jobs_; do
		kill "$p" 2>/dev/null || true
	done
	for p in $jobs_; do
		wait "$p" 2>/dev/null || true
	done
	[ "$(id -u)" != 0 ] || net_down
	if [ "$code" != 0 ] && [ "$code" != 130 ] && [ -d "$D" ]; then
		for f in "$D"/*.log; do
			[ -s "$f" ] && { echo "--- $(basename "$f")"; tail -15 "$f"; } >&2
		done
	fi
	rm -rf "$D"
	exit "$code"
}
trap finish EXIT
trap 'exit 130' INT TERM HUP

if [ -t 1 ] && [ -z "${NO_COLOR:-}" ]; then
	bold=$(printf '\033[1m') dim=$(printf '\033[2m') red=$(printf '\033[31m')
	green=$(printf '\033[32m') plain=$(printf '\033[0m')
else
	bold= dim= red= green= plain=
fi

now_ms() {
	echo $((($(date +%s%N) - started) / 1000000))
}

say() { # a step
	ms=$(now_ms)
	printf '%s%3d.%d s%s  %s\n' "$dim" $((ms / 1000)) $((ms % 1000 / 100)) "$plain" "$*"
}

seen() { # what was proved
	printf '         %s✓%s %s\n' "$green" "$plain" "$*"
}

fail() {
	printf '         %s✗ %s%s\n' "$red" "$*" "$plain"
	exit 1
}

background() { # LOG COMMAND…
	_log=$1
	shift
	"$@" >"$D/$_log" 2>&1 &
	jobs_="$jobs_ $!"
}

wait_for() { # SECONDS COMMAND…: until it succeeds
	_until=$(($(date +%s%N) + $1 * 1000000000))
	shift
	until "$@" >/dev/null 2>&1; do
		[ "$(date +%s%N)" -lt "$_until" ] || return 1
		sleep 0.05
	done
}

vigie() {
	"$build/vigie" --dir "$D" "$@"
}

json() { # PYTHON EXPRESSION over x, the JSON on stdin
	python3 -c "import json,sys; x=json.load(sys.stdin); print($1)"
}

collector() { # SET…
	background collector.log "$build/vigie-collector" --dir "$D" \
		--set isolate.dir="$build" --set isolate.ttl_s=60 "$@"
}

count_alerts() {
	grep -c '"event_type":"alert"' "$D/alerts.log" || true
}

# An analyst of our own: any nng subscriber; each line is stamped as it arrives.
subscribe() {
	mkfifo "$D/events"
	background nngcat.log sh -c 'exec nngcat --sub --dial "$0" --subscribe alert. --raw >"$1"' \
		"ipc://$D/pub.sock" "$D/events"
	background alerts.log sh -c 'exec python3 -u tests/range/stamp.py <"$0"' "$D/events"
}

. tests/range/demo_dry.sh
[ "$(id -u)" = 0 ] || { demo_dry; exit 0; }

printf '%sVigie%s: a mirror port goes in, an alert reaches the analyst, the host is insulated.\n' \
	"$bold" "$plain"
echo 'Everything below is real and happens inside network namespaces of this run.'
echo

# ── the office ────────────────────────────────────────────────────────────────────────────────────
net_up
say 'the office is up: a switch (Linux bridge) with gw, fs1, ws1, ws2 and the forensic machine frx;'
say 'its mirror port copies every frame, once, to span0'

on sen "$build/vigie-sensor" -i span0 --set capture.source=dpdk --set publish.journal_dir="$D/journal" \
	--set publish.pub="ipc://$D/pub.sock" --set publish.rep="ipc://$D/rep.sock" \
	--set publish.sensor=demo >"$D/sensor.log" 2>&1 &
jobs_="$jobs_ $!"
collector --set isolate.mode=manual --set isolate.isolator=nft-bridge \
	--set isolate.params="nft-bridge.netns=$(ns sw)" \
	--set isolate.forensic="$(net_addr frx)@$(net_mac frx)" \
	--set isolate.protect="$(net_addr gw),$(net_addr fs1)"
wait_for 20 test -S "$D/pub.sock" || fail 'the sensor did not start'
wait_for 10 vigie status || fail 'the collector did not start'
subscribe
background watch.log "$build/vigie" --dir "$D" watch
grep -q 'source dpdk' "$D/sensor.log" || fail 'the sensor does not run on DPDK'
say 'vigie-sensor watches span0 through DPDK (its net_af_packet device)'
say 'vigie-collector is connected; an analyst subscribes (nngcat --sub) and runs vigie watch'
sleep 0.5

# ── ordinary work: no alert may come ──────────────────────────────────────────────────────────────
background serve.log on fs1 python3 tests/range/ticker.py serve 9000
mkdir "$D/share"
head -c 2000000 /dev/urandom >"$D/share/report.pdf"
background web.log on fs1 python3 -m http.server -d "$D/share" 80
background inet.log on inet python3 -m http.server -d "$D/share" 80
wait_for 5 on ws2 python3 -c "import socket; socket.create_connection(('$(net_addr fs1)', 80), 1)" ||
	fail 'the file server did not start'
background ticker.log on ws1 python3 tests/range/ticker.py ask "$(net_addr fs1)" 9000 "$D/ticks"
for h in ws1 ws2 frx; do
	on $h ping -q -c 3 -i 0.2 "$(net_addr fs1)" >/dev/null
	on $h ping -q -c 2 -i 0.2 203.0.113.10 >/dev/null
done
for i in 1 2 3 4 5; do
	for h in ws1 ws2; do
		on $h python3 tests/range/fetch.py "http://$(net_addr fs1)/report.pdf" \
			http://203.0.113.10/report.pdf
	done
done
say 'ordinary work: pings, 20 downloads inside and out, one long TCP session ws1 → fs1'
sleep 1.5
[ "$(count_alerts)" = 0 ] || fail "an alert on ordinary work: $(cat "$D/alerts.log")"
seen 'no alert'
ticks=$(wc -l <"$D/ticks")
[ "$ticks" -gt 20 ] || fail 'the long session does not run'

# ── the attack ────────────────────────────────────────────────────────────────────────────────────
victim=$(net_addr ws1)
say "${bold}ws1 ($victim) is taken over: nmap -sS -p 22,445,3389 10.77.0.0/24$plain"
attack=$(date +%s%3N)
background nmap.log on ws1 nmap -n -sS -p 22,445,3389 10.77.0.0/24
wait_for 30 grep -q . "$D/alerts.log" || fail 'no alert'
alert_line=$(head -1 "$D/alerts.log")
# stamp.py's line: arrival in ms since the epoch, deciding packet in ms, host, text
arrived=$(echo "$alert_line" | cut -f1)
deciding=$(echo "$alert_line" | cut -f2)
accused=$(echo "$alert_line" | cut -f3)
seen "alert: $(echo "$alert_line" | cut -f4)"
[ "$accused" = "$victim" ] || fail "the wrong host is accused: $accused"

# ── the insulation, asked for by a person (docs/why/0004) ─────────────────────────────────────────
vigie --json isolate "$victim" --reason 'sweep of the office network' --ttl 60s \
	>"$D/isolation.json" || fail "not insulated: $(cat "$D/isolation.json")"
insulated=$(json 'int(x["verified_ns"]/1e6)' <"$D/isolation.json")
state=$(json 'x["verdict"]' <"$D/isolation.json")
[ "$state" = effective ] || fail "the verdict is $state"
say "${bold}the analyst has ws1 insulated for 60 s: $state (read back from the enforcer)$plain"
sleep 0.3

unreachable() { # FROM TO
	! on "$1" ping -q -c 2 -i 0.2 -W 1 "$2" >/dev/null 2>&1
}
for h in fs1 ws2 gw; do
	unreachable ws1 "$(net_addr $h)" || fail "ws1 still reaches $h"
	unreachable $h "$victim" || fail "$h still reaches ws1"
done
unreachable ws1 203.0.113.10 || fail 'ws1 still reaches the internet'
seen 'ws1 reaches neither fs1, ws2, the gateway nor the internet, and they do not reach ws1 (ping)'
on frx ping -q -c 2 -i 0.2 -W 1 "$victim" >/dev/null || fail 'the forensic machine lost ws1'
seen 'the forensic machine still reaches ws1: memory and logs can be read'
last=$(tail -1 "$D/ticks" | cut -d' ' -f1)
cut=$(python3 -c "print(int($last*1000-$insulated))")
[ "$cut" -lt 500 ] || fail "the established session went on for $cut ms"
[ "$(tail -1 "$D/ticks" | cut -d' ' -f1)" = "$last" ] || fail 'the established session goes on'
if [ "$cut" -lt 0 ]; then
	seen "the established TCP session was cut (its last answer came $((-cut)) ms before the read-back)"
else
	seen "the established TCP session was cut (its last answer came $cut ms after the read-back)"
fi
on ws2 ping -q -c 1 -W 1 "$(net_addr fs1)" >/dev/null || fail 'ws2 lost fs1'
seen 'everybody else works on'
proven() { # ws1's own connection of before stays unanswered: not the device's word, the mirror's
	vigie --json status | json '1/("does not answer it any more" in x["isolation"]["live"][0]["why"])'
}
wait_for 15 proven || fail 'the mirror does not show that the session stays unanswered'
seen "$(vigie --json status | json 'x["isolation"]["live"][0]["verdict"]'), by the sensor too: on the mirror the session is not answered any more, and nobody else answers"
if vigie isolate "$(net_addr gw)" --reason 'a mistake' >"$D/refused" 2>&1; then
	fail 'the gateway was insulated'
fi
seen 'the gateway is protected: refused'

# ── the release ───────────────────────────────────────────────────────────────────────────────────
before=$(wc -l <"$D/ticks")
vigie release "$victim" --reason 'cleaned' >/dev/null || fail 'not released'
say 'ws1 is released'
wait_for 5 on ws1 ping -q -c 1 -W 1 "$(net_addr fs1)" || fail 'ws1 does not come back'
more_ticks() {
	[ "$(wc -l <"$D/ticks")" -gt "$before" ]
}
wait_for 20 more_ticks || fail 'the session did not resume'
seen 'ws1 reaches fs1 again; even the old TCP session resumed'
vigie incidents >"$D/incidents"
grep -q "$victim" "$D/incidents" || fail 'no incident'

echo
echo "${bold}what the analyst saw (vigie watch)$plain"
sed 's/^/   /' "$D/watch.log" | head -14
echo "${bold}vigie incidents$plain"
sed 's/^/   /' "$D/incidents"
echo
echo "${bold}timeline$plain (ms after the deciding packet)"
printf '   %6d  nmap was started\n' $((attack - deciding))
printf '   %6d  deciding packet on the mirror port\n' 0
printf '   %6d  alert at the subscriber\n' $((arrived - deciding))
printf '   %6d  insulated, and read back\n' $((insulated - deciding))
echo
echo "insulated in $((insulated - deciding)) ms"
