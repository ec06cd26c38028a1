# SPDX-License-Identifier: Apache-2.0
# The demo without root: a capture goes through the same chain, with a dry-run insulation. Sourced by
# demo.sh.

demo_dry() {
	echo 'Not root: no namespaces, no mirror port, no DPDK. A capture plays through the same programs,'
	echo 'and the insulation is a dry run. As root ./run demo shows the whole thing.'
	echo
	victim=10.1.0.66
	# The sensor opens its sockets before it reads; the pipe holds the capture back until the
	# analyst has subscribed.
	python3 tests/range/today.py tests/golden/scan-sweep-arp/input.pcap "$D/input.pcap"
	mkfifo "$D/pipe"
	background sensor.log sh -c 'exec "$@" <"$0"' "$D/pipe" "$build/vigie-sensor" -r - \
		--set publish.journal_dir="$D/journal" --set publish.pub="ipc://$D/pub.sock" \
		--set publish.rep="ipc://$D/rep.sock" --set publish.sensor=demo \
		--set publish.linger_s=60
	exec 9>"$D/pipe"
	head -c 24 "$D/input.pcap" >&9
	collector --set isolate.mode=dry-run
	wait_for 20 test -S "$D/pub.sock" || fail 'the sensor did not start'
	wait_for 10 vigie status || fail 'the collector did not start'
	subscribe
	background watch.log "$build/vigie" --dir "$D" watch
	sleep 1
	say 'vigie-sensor reads a capture: an office at work, then one host sweeps its segment'
	tail -c +25 "$D/input.pcap" >&9
	exec 9>&-
	wait_for 15 grep -q . "$D/alerts.log" || fail 'no alert'
	seen "alert: $(head -1 "$D/alerts.log" | cut -f4)"
	[ "$(head -1 "$D/alerts.log" | cut -f3)" = $victim ] || fail 'the wrong host is accused'
	stored() {
		vigie incidents | grep -q $victim
	}
	wait_for 10 stored || fail 'the collector has no incident'
	seen 'the collector pulled it from the journal: one incident'
	say 'vigie plan --isolator nft-bridge: what would be run on a switch of that kind (last lines)'
	vigie plan $victim --isolator nft-bridge | sed -n '/add rule bridge vigie judge/,$p' | sed 's/^/   /'
	begun=$(date +%s%N)
	vigie isolate $victim --reason 'sweep of the office network' --ttl 60s >"$D/isolation" ||
		fail "not insulated: $(cat "$D/isolation")"
	took=$((($(date +%s%N) - begun) / 1000000))
	say 'the analyst has it insulated (dry run)'
	sed 's/^/   /' "$D/isolation"
	vigie release $victim --reason cleaned >/dev/null || fail 'not released'
	say 'released (dry run)'
	echo
	echo "insulated in $took ms (dry run: asked to answered; nothing was touched)"
}
