# SPDX-License-Identifier: Apache-2.0
# what: a web application whose password of the database has changed: its pool tries again, then is put right
# technique: -
# from: ws2
# to: lin1
# account: op
# outcome: ordinary
# must: nothing
. "$RANGE_HERE/item.sh"
good=$(sed -n "s/.*IDENTIFIED BY '\(.*\)';/\1/p" "$RANGE/hosts/lin1/my.sql")
ask() { mariadb -h $lin1 -u op -p"$1" -e 'select 1' 2>&1; }
for i in 1 2 3 4 5; do ask "$good" || exit 1; done
for r in 1 2 3 4; do
	for i in 1 2 3 4 5 6 7 8; do ask yesterday & done
	wait
	sleep 3
done
ask "$good"
