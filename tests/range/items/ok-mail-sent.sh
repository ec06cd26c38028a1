# SPDX-License-Identifier: Apache-2.0
# what: a mail server sends: fifteen mails, then one of 30 MB to a customer
# technique: -
# from: lin1
# to: inet
# account: -
# outcome: ordinary
# must: nothing
. "$RANGE_HERE/item.sh"
cat >"$RANGE/hosts/inet/home/mx.py" <<-'END'
	import time
	from aiosmtpd.controller import Controller
	class Sink:
	    async def handle_DATA(self, server, session, envelope):
	        return "250 kept"
	c = [Controller(Sink(), hostname=h, port=25, data_size_limit=1 << 27, ready_timeout=20) for h in ("203.0.113.10", "192.0.2.2", "198.51.100.77")]
	[x.start() for x in c]
	time.sleep(120)
END
ip netns exec $NET_ID-inet ip link set lo up
at inet timeout 100 /usr/bin/python3 "$RANGE/hosts/inet/home/mx.py" & p="$p $!"
until nc -z 198.51.100.77 25; do sleep 0.2; done
for i in $(seq 1 15); do
	set -- 203.0.113.10 192.0.2.2 198.51.100.77; shift $((i % 3))
	swaks --server $1 --from a@firm.test --to b$i@customer.test --h-Subject "Invoice $i" --body "Please find attached" --silent 2
done
head -c 22000000 /dev/urandom >"$HOME/plans.zip"
swaks --server 198.51.100.77 --from a@firm.test --to c@customer.test --attach "@$HOME/plans.zip" --silent 2
s=$?
kill $p; exit $s
