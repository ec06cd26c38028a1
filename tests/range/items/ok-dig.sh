# SPDX-License-Identifier: Apache-2.0
# what: long names of clouds and mail records looked up
# technique: -
# from: ws2
# to: dc1
# account: -
# outcome: ordinary
# must: nothing
. "$RANGE_HERE/item.sh"
i=0
while [ $i -lt 25 ]; do
	i=$((i + 1))
	for n in "ec2-203-0-113-$i.eu-west-1.compute.example.test" "e$i.dscb.akamai-like-edge-suite-$i.example.test"; do dig +short +tries=1 +time=1 @$dc1 $n A >/dev/null; done
done
for t in TXT MX NS SRV; do dig +short +tries=1 +time=1 @$dc1 mail.example.test $t; done
true
