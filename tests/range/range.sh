# SPDX-License-Identifier: Apache-2.0
# ./run range: real programs in namespaces of this run, recorded from the mirror port and judged.
#
# Each scenario is a row of range.tsv: a name, what must be said (a detector's name, or "-" for
# nothing), the host that does it and must be accused, alone, and the command. Exit 0 only if all
# are as they should be.
# RANGE_KEEP=DIR keeps the recordings.
set -eu
cd "$(dirname "$0")/../.."
build=$PWD/$1
NET_ID=vr$$
. tests/range/net.sh

if [ "$(id -u)" != 0 ]; then
	echo 'SKIP: the range makes network namespaces: root only'
	exit 77
fi
D=$(mktemp -d "${TMPDIR:-/tmp}/vigie-range.XXXXXX")
finish() {
	code=$?
	trap - EXIT INT TERM HUP
	net_down
	rm -rf "$D"
	exit $code
}
trap finish EXIT
trap 'exit 130' INT TERM HUP

net_up
mkdir "$D/share"
head -c 3000000 /dev/urandom >"$D/share/file"
for h in fs1 inet; do
	on $h python3 -m http.server -d "$D/share" 80 >/dev/null 2>&1 &
	on $h python3 tests/range/ticker.py serve 9000 &
done
sleep 1

tab=$(printf '\t')
passed=0 failed=0
while IFS=$tab read -r name want host command; do
	case $name in '' | '#'*) continue ;; esac
	pcap=$D/$name.pcap
	on sen tcpdump -i span0 -U -w "$pcap" -B 65536 >/dev/null 2>&1 &
	recorder=$!
	sleep 0.7
	on "$host" timeout 60 sh -c "$command" >"$D/out" 2>&1 </dev/null || true
	sleep 3.5 # the last question's answer must have had its time
	kill $recorder
	wait $recorder 2>/dev/null || true
	"$build/vigie-sensor" -r "$pcap" >"$D/eve" 2>"$D/err" || cat "$D/err"
	if got=$(python3 tests/range/judge.py "$D/eve" "$want" "$(net_addr "$host")"); then
		passed=$((passed + 1))
		printf 'ok      %-24s %s\n' "$name" "$got"
	else
		failed=$((failed + 1))
		printf 'FAILED  %-24s wanted %s, got %s\n' "$name" "$want" "$got"
	fi
	[ -z "${RANGE_KEEP:-}" ] || cp "$pcap" "$RANGE_KEEP/"
done <tests/range/range.tsv
echo "$passed passed, $failed failed"
[ $failed = 0 ]
