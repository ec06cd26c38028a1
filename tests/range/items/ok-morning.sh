# SPDX-License-Identifier: Apache-2.0
# what: after the holidays: forty log-ons, a third of which with a wrong password first
# technique: -
# from: ws2
# to: dc1
# account: -
# outcome: ordinary
# must: nothing
. "$RANGE_HERE/item.sh"
n=0
for r in 1 2 3 4 5 6 7 8; do
	for u in alice bob carol dave frank; do
		n=$((n + 1)); h=ws2; [ $((n % 2)) = 0 ] || h=ws1
		[ $((n % 3)) != 0 ] || echo Wrong.one | at $h kinit -c "$RANGE/hosts/$h/home/cc$u" $u
		echo "$USER_PASSWORD" | at $h kinit -c "$RANGE/hosts/$h/home/cc$u" $u || exit 1
		at $h smbclient //fs1/home -U "CORP\\$u%$USER_PASSWORD" -c ls >/dev/null || exit 1
	done
done
