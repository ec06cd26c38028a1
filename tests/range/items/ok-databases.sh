# SPDX-License-Identifier: Apache-2.0
# what: queries to PostgreSQL, MariaDB and Redis
# technique: -
# from: ws2
# to: lin1
# account: op
# outcome: ordinary
# must: nothing
. "$RANGE_HERE/item.sh"
for i in 1 2 3; do
	PGPASSWORD=$UNIX_PASSWORD psql -h $lin1 -U postgres -c 'select count(*) from pg_class' || exit 1
	mysql -h $lin1 -u op "-p$UNIX_PASSWORD" -e 'select version()' || exit 1
	redis-cli -h $lin1 -a "$UNIX_PASSWORD" set k $i || exit 1
done
