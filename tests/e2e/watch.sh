#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# After an isolation: effective, leaking or unseen, with real programs on a real switch. Exit 77: not root.
#
#   effective  the switch cuts the host off (nft-bridge): read back, and the mirror shows that a
#              connection of before is not answered any more
#   leaking    an isolator that says "done, effective" and does nothing
#   unseen     an isolator that cannot read back, and a host that is silent; then the host speaks on a
#              connection of before, which is cut by hand: effective, by the mirror alone
. "$(dirname "$0")/isolate.inc"
[ "$(id -u)" = 0 ] || skip "network namespaces need root"
for p in nft ip ethtool ping; do command -v $p >/dev/null || skip "$p is needed"; done
[ -x "$build/vigie-isolate-nft-bridge" ] || skip "no programs in $build"
cd "$src" || exit 1
NET_ID=vgw$$
. tests/range/net.sh
jobs_=

cleanup() {
	trap - EXIT INT TERM
	for p in $jobs_; do kill "$p" 2>/dev/null; done
	for p in $jobs_; do wait "$p" 2>/dev/null; done
	net_down
	rm -rf "$work"
}
trap cleanup EXIT
trap 'exit 130' INT TERM

vigie() { "$build/vigie" --dir "$work" "$@"; }
wait_for() { # SECONDS COMMAND…
	_n=$(($1 * 10)); shift
	while [ $_n -gt 0 ]; do "$@" >/dev/null 2>&1 && return; sleep 0.1; _n=$((_n - 1)); done
	return 1
}
background() { "$@" >>"$work/programs.log" 2>&1 & jobs_="$jobs_ $!"; }
verdict_is() { vigie --json status | json /dev/stdin "[x['verdict'] for x in j['isolation']['live']] == ['$1']"; }
events() { # EXPRESSION over e, a list of this isolation's watch events in eve.json
	python3 - "$work/out/eve.json" "$id" "$1" <<'P'
import json, sys
e = [x for x in map(json.loads, open(sys.argv[1])) if x["event_type"] == "watch" and x["watch"]["id"] == sys.argv[2]]
sys.exit(0 if eval(sys.argv[3]) else 1)
P
}

# Isolators that say less, or more, than they do.
mkdir "$work/isolators"
cp "$build/vigie-isolate-nft-bridge" "$build/vigie-isolate-dry-run" "$work/isolators/"
fake() { # NAME VERIFY-REPLY
	cat >"$work/isolators/vigie-isolate-$1" <<P
#!/usr/bin/python3
import json, sys
q = json.loads(sys.stdin.readline())
r = {"id": q["id"], "op": q["op"], "ok": True}
if q["op"] == "capabilities":
    r["capabilities"] = {"times_out": True, "profiles": ["insulate"]}
held = "$work/held-$1"
if q["op"] == "apply":
    open(held, "w").close()
if q["op"] == "release":
    import os
    os.path.exists(held) and os.remove(held)
if q["op"] == "verify":
    import os
    r.update({$2})
    r["present"] = os.path.exists(held)
print(json.dumps(r))
P
	chmod 755 "$work/isolators/vigie-isolate-$1"
}
fake liar '"state": "effective", "proof": "the device says so", "proof_kind": "device read back"'
fake blind '"state": "unsupported", "proof_kind": "none"'
chmod 755 "$work" "$work/isolators"

net_up
on sen "$build/vigie-sensor" -i span0 --set capture.source=live --set workers=2 -l "$work/out" \
	--set publish.journal_dir="$work/journal" --set publish.sensor=e2e \
	--set publish.pub="ipc://$work/pub.sock" --set publish.rep="ipc://$work/rep.sock" >"$work/sensor.log" 2>&1 &
jobs_="$jobs_ $!"
background "$build/vigie-collector" --dir "$work" --set isolate.dir="$work/isolators" --set isolate.mode=manual \
	--set isolate.isolator=nft-bridge --set isolate.params="nft-bridge.netns=$(ns sw)" --set isolate.ttl_s=300 \
	--set isolate.forensic="$(net_addr frx)@$(net_mac frx)" --set isolate.protect="$(net_addr gw),$(net_addr fs1)" \
	--set isolate.rate_max=100 --set isolate.host_percent=100
wait_for 20 test -S "$work/rep.sock"
wait_for 20 vigie status
background on fs1 python3 tests/range/ticker.py serve 9000
background on fs1 python3 -m http.server 80
sleep 1
background on ws1 python3 tests/range/ticker.py ask "$(net_addr fs1)" 9000 "$work/ticks"
for h in ws1 ws2 frx; do on $h ping -q -c 2 -i 0.2 "$(net_addr fs1)" >/dev/null; done
wait_for 10 test -s "$work/ticks"

isolate() { # HOST ISOLATOR
	wait_for 10 vigie plan "$(net_addr "$1")" # its MAC is known
	vigie --json isolate "$(net_addr "$1")" --isolator "$2" --reason test >"$work/iso.json"
	id=$(field "$work/iso.json" 'j["id"]')
}

# ── effective
isolate ws1 nft-bridge
ok "nft-bridge: effective at once, read back" json "$work/iso.json" 'j["verdict"] == "effective"'
ok "the sensor has begun to watch" wait_for 10 events 'e and e[0]["watch"]["what"] == "begun"'
on frx ping -q -c 1 -W 1 "$(net_addr ws1)" >/dev/null
ok "the forensic host still reaches it" [ $? = 0 ]
ok "the mirror proves it: a connection of before is not answered any more" wait_for 30 events \
	'any(x["watch"]["what"] == "unanswered" and x["watch"]["peer_port"] == 9000 for x in e)'
ok "nobody answers, not even the forensic host is taken for a leak" events 'not any(x["watch"]["answered"] for x in e)'
seen_too() { vigie --json status | json /dev/stdin '"does not answer it any more" in j["isolation"]["live"][0]["why"]'; }
ok "status has the host, the verdict and both reasons" wait_for 5 seen_too
vigie status >"$work/status.txt"
ok "in words, too" grep -q "$(net_addr ws1) *effective .*does not answer it any more" "$work/status.txt"
vigie release "$(net_addr ws1)" --reason 'clean' >/dev/null
ok "released: the watch ends" wait_for 5 events 'e[-1]["watch"]["what"] == "ended"'
sleep 1
ok "and what it does then is no leak" events 'e[-1]["watch"]["what"] == "ended" and not e[-1]["watch"]["answered"]'

# ── leaking
isolate ws2 liar
ok "an isolator that lies: effective, it says" json "$work/iso.json" 'j["verdict"] == "effective"'
wait_for 10 events 'e'
sleep 2.2
on ws2 python3 tests/range/fetch.py "http://$(net_addr fs1)/" >/dev/null 2>&1
ok "a new connection is answered: leaking" wait_for 5 verdict_is leaking
ok "the sensor names who answered" events \
	'any(x["watch"]["what"] == "answered" and x["watch"].get("peer_ip") == "'"$(net_addr fs1)"'" and x["watch"]["peer_port"] == 80 for x in e)'
vigie audit >"$work/audit.txt"
ok "the audit log has it" grep -q "mirror .*leaking .*$(net_addr fs1):80" "$work/audit.txt"
ok "the log has it" grep -q "the isolation of $(net_mac ws2) leaks" "$work/programs.log"
vigie release "$(net_addr ws2)" --reason 'test' >/dev/null

# ── leaking: a connection of before goes on
isolate ws1 liar
ok "a connection of before goes on: leaking" wait_for 15 verdict_is leaking
vigie release "$(net_addr ws1)" --reason 'test' >/dev/null

# ── unseen
isolate ws2 blind
ok "nobody can read it back, and the host is silent: unseen" json "$work/iso.json" 'j["verdict"] == "unseen"'
wait_for 10 events 'e'
sleep 2.2
on ws2 timeout 3 nc -z -w 2 10.77.0.20 8081 # refused: a reset may be the switch's
on ws2 timeout 3 nc -z -w 2 203.0.113.99 80 # nobody there
sleep 1.2
ok "resets and nobody there prove nothing" verdict_is unseen
vigie release "$(net_addr ws2)" --reason 'test' >/dev/null

# ── effective by the mirror alone: the device cannot be read back, but it holds
isolate ws1 blind
printf 'add table bridge t\nadd chain bridge t c { type filter hook forward priority -100; }\nadd rule bridge t c ether saddr %s drop\nadd rule bridge t c ether daddr %s drop\n' \
	"$(net_mac ws1)" "$(net_mac ws1)" | on sw nft -f -
ok "cut off without a word of the device: effective, by the mirror" wait_for 40 verdict_is effective
on sw nft delete table bridge t

# ── requests of others
ask() { nngcat --req --dial "ipc://$work/rep.sock" --data "$1" --raw --recv-timeout 5 2>/dev/null; }
if command -v nngcat >/dev/null; then
	ok "a request that is none" [ "$(ask 'watch x 01:00:5e:00:00:01 60 -' | cut -c1-23)" = "error not a request: si" ]
	ok "another host by the same id" [ "$(ask "watch $id 02:00:00:00:00:01 60 -")" = "error another host is watched by this id" ]
	ok "the same host by another id" [ "$(ask "watch other $(net_mac ws1) 60 -")" = "error this host is watched for another isolation" ]
fi
vigie release "$(net_addr ws1)" --reason 'test' >/dev/null
[ "$failed" = 0 ] || { tail -n 5 "$work/programs.log" "$work/sensor.log"; grep -h '"watch"' "$work/out/eve.json" | cut -c1-400 | tail -20; cat "$work/status.txt"; }
finish
