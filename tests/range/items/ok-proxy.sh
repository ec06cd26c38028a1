# SPDX-License-Identifier: Apache-2.0
# what: pages through a squid proxy
# technique: -
# from: ws2
# to: lin1
# account: -
# outcome: ordinary
# must: nothing
. "$RANGE_HERE/item.sh"
h=$RANGE/hosts/lin1/home/squid; mkdir -p $h; chmod 777 $h "$RANGE/hosts/lin1/home"
printf 'http_port 3128\nhttp_access allow all\ncache_log %s/c.log\naccess_log none\npid_filename none\ncache_effective_user proxy\ncoredump_dir %s\npinger_enable off\nshutdown_lifetime 1 seconds\n' $h $h >$h/s.conf
ip netns exec $NET_ID-lin1 ip link set lo up
at lin1 timeout 60 squid -N -f $h/s.conf >/dev/null 2>&1 & p="$p $!"
for i in $(seq 1 100); do nc -z $lin1 3128 && break; sleep 0.2; done
for r in 1 2 3; do for i in 1 2 3 4 5 6; do curl -s -o /dev/null -w '%{http_code}\n' -x $lin1:3128 http://203.0.113.10/$i.html; done; done | sort | uniq -c
curl -sk -o /dev/null -w '%{http_code}\n' -x $lin1:3128 https://203.0.113.10/update.bin | grep 200
s=$?; kill $p; exit $s
