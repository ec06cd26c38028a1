# SPDX-License-Identifier: Apache-2.0
# what: pages of the intranet and the internet
# technique: -
# from: ws1
# to: lin1
# account: -
# outcome: ordinary
# must: nothing
. "$RANGE_HERE/item.sh"
for h in 10.77.0.40 www.example.test cdn.example.test; do
	[ $h = cdn.example.test ] && h=203.0.113.10
	for i in 1 2 3 4 5 6; do curl -sS -o /dev/null "http://$h/$i.html" || exit 1; sleep 0.2; done
done
curl -sSk -o /dev/null https://www.example.test/1.html
