# SPDX-License-Identifier: Apache-2.0
# what: thirty telephones fetch their configuration by tftp; half of the names are not there
# technique: -
# from: ws2
# to: lin1
# account: -
# outcome: ordinary
# must: nothing
. "$RANGE_HERE/item.sh"
mkdir -p "$RANGE/hosts/lin1/home/tftp"; cp /etc/services "$RANGE/hosts/lin1/home/tftp/default.cfg"; chmod -R a+rX "$RANGE/hosts/lin1/home/tftp"
at lin1 timeout 60 dnsmasq -k --port=0 --enable-tftp --tftp-root="$RANGE/hosts/lin1/home/tftp" --user=root --pid-file= --no-hosts -C /dev/null >/dev/null 2>&1 & p="$p $!"
sleep 1; n=0
for i in $(seq 1 30); do
	timeout 5 curl -s -o /dev/null tftp://$lin1/SEP00AA$i.cnf.xml
	timeout 5 curl -s -o "$HOME/cfg" tftp://$lin1/default.cfg && n=$((n + 1))
done
kill $p; [ $n = 30 ]
