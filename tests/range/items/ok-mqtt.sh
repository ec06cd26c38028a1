# SPDX-License-Identifier: Apache-2.0
# what: sensors tell an MQTT broker their values each second
# technique: -
# from: ws2
# to: lin1
# account: -
# outcome: ordinary
# must: nothing
. "$RANGE_HERE/item.sh"
printf 'listener 1883\nallow_anonymous true\n' >"$RANGE/hosts/lin1/home/mq.conf"
at lin1 timeout 60 mosquitto -c "$RANGE/hosts/lin1/home/mq.conf" & p="$p $!"
until nc -z $lin1 1883; do sleep 0.2; done
timeout 25 mosquitto_sub -h $lin1 -t '#' -k 5 >"$HOME/got" & p="$p $!"
for i in $(seq 1 20); do mosquitto_pub -h $lin1 -t hall/temp$((i % 4)) -m "{\"t\":$i}" -q 1; sleep 1; done
kill $p
[ "$(wc -l <"$HOME/got")" -ge 15 ]
