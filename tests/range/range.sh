# SPDX-License-Identifier: Apache-2.0
# ./run range [--keep DIR] [ITEM…]     records items (default: all) in namespaces of this run, then judges
# ./run range --record DIR [ITEM…]     records only, into DIR
# ./run range --replay DIR [ITEM…]     judges the recordings of DIR, touches no network
# ./run range --reverse …              any of the above with the items in the opposite order: none may need another
# ./run range --hold                   brings the range up and waits for Ctrl-C
# ./run range --list                   the items
#
# Real programs (Samba, OpenSSH, impacket, nmap, hydra …) attack and work; the mirror port is recorded;
# tests/range/README.md says more. Exit 0 only if every item came true, every attack was found and no
# ordinary act was an alert.
set -eu
cd "$(dirname "$0")/../.."
build=$PWD/$1
shift
mode=judge keep= RANGE_ORDER=
[ "${1:-}" != --reverse ] || { RANGE_ORDER=-r && shift; }
case ${1:-} in
--keep) keep=$2 && shift 2 ;;
--record | --replay) mode=${1#--} keep=$2 && shift 2 ;;
--hold | --list) mode=${1#--} && shift ;;
-*) sed -n '2,7s/^# //p' "$PWD/tests/range/range.sh" && exit 2 ;;
esac

if [ $mode = list ]; then
	for f in tests/range/items/*.sh; do
		printf '%-24s %s\n' "$(basename "$f" .sh)" "$(sed -n 's/^# what: //p' "$f")"
	done
	exit 0
fi
if [ $mode = replay ]; then
	exec /usr/bin/python3 tests/range/judge.py "$build/vigie-sensor" "$keep" "$@"
fi
for item in "$@"; do
	[ -f "tests/range/items/$item.sh" ] || {
		echo "range: no item $item; ./run range --list names them" >&2
		exit 2
	}
done
if [ "$(id -u)" != 0 ]; then
	echo 'SKIP: the range makes network namespaces: root only'
	exit 77
fi

export NET_ID=vr$$
NET_HOSTS='dc1 fs1 ws1 ws2 lin1 win1 frx gw'
RANGE=$(mktemp -d "${TMPDIR:-/tmp}/vigie-range.XXXXXX")
export RANGE
chmod 755 "$RANGE" # servers that are not root read their configuration here
. tests/range/net.sh
. tests/range/domain.sh
. tests/range/servers.sh
. tests/range/record.sh

finish() {
	code=$?
	trap - EXIT INT TERM HUP
	[ -z "${limit:-}" ] || kill "$limit" 2>/dev/null || true
	net_down
	servers_down
	if [ "$code" = 1 ] && [ -n "${RANGE_LOGS:-}" ]; then
		mkdir -p "$RANGE_LOGS"
		cp "$RANGE"/*.log "$RANGE_LOGS/" 2>/dev/null || true
	fi
	rm -rf "$RANGE" 2>/dev/null || { sleep 1; rm -rf "$RANGE"; } || true
	exit "$code"
}
trap finish EXIT
trap 'exit 130' INT TERM HUP
# It stops by itself, whatever hangs.
(
	trap 'kill $nap' TERM
	sleep "${RANGE_LIMIT_S:-3600}" &
	nap=$!
	wait $nap && kill $$
) >/dev/null 2>&1 &
limit=$!

begun=$(date +%s%N)
net_up
net_branch
domain_up
servers_up
servers_wait
printf 'the range is up after %d.%d s\n' $((($(date +%s%N) - begun) / 1000000000)) \
	$((($(date +%s%N) - begun) / 100000000 % 10))
if [ $mode = hold ]; then
	echo "NET_ID=$NET_ID RANGE=$RANGE; Ctrl-C ends it"
	while sleep 1; do :; done
fi
out=${keep:-$RANGE/recordings}
mkdir -p "$out"
broken=0
record "$out" "$@" || broken=1
[ $mode = record ] && exit $broken
/usr/bin/python3 tests/range/judge.py "$build/vigie-sensor" "$out" "$@" && [ $broken = 0 ]
