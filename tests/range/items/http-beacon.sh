# SPDX-License-Identifier: Apache-2.0
# what: an HTTP request every two seconds, with jitter
# technique: T1071.001
# from: ws2
# to: inet
# account: -
# outcome: success
# must: finding beacon
. "$RANGE_HERE/item.sh"
for i in $(seq 30); do
	curl -sS -o /dev/null -A 'Mozilla/4.0 (compatible)' "http://198.51.100.20/1.html?id=7731" || true
	sleep 1.$((i * 37 % 9))
done
