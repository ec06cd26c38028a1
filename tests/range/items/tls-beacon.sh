# SPDX-License-Identifier: Apache-2.0
# what: a TLS connection every two seconds, the same size
# technique: T1071.001
# from: ws2
# to: inet
# account: -
# outcome: success
# must: finding beacon
. "$RANGE_HERE/item.sh"
for i in $(seq 30); do
	printf 'GET /a HTTP/1.0\r\n\r\n' | timeout 3 openssl s_client -quiet -connect 198.51.100.77:8443 -servername cdn-sync.example.test >/dev/null 2>&1
	sleep 2
done
