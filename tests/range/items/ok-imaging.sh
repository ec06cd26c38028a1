# SPDX-License-Identifier: Apache-2.0
# what: three machines set up at once by a multicast of an image (udpcast), after tftp
# technique: -
# from: lin1
# to: ws1
# account: -
# outcome: ordinary
# must: nothing
. "$RANGE_HERE/item.sh"
head -c 12000000 /dev/urandom >"$HOME/image"
for h in ws1 ws2 win1; do at $h timeout 60 udp-receiver --nokbd --interface eth0 -f "$RANGE/hosts/$h/home/image" >/dev/null 2>&1 & p="$p $!"; done
sleep 1
timeout 60 udp-sender --min-receivers 3 --max-bitrate 40m --nokbd -f "$HOME/image" --interface eth0 2>&1 | tail -2
for i in $(seq 1 20); do cmp -s "$HOME/image" "$RANGE/hosts/ws2/home/image" && break; sleep 0.2; done
cmp "$HOME/image" "$RANGE/hosts/ws2/home/image"
