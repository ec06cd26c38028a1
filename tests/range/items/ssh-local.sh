# SPDX-License-Identifier: Apache-2.0
# what: a database of lin1 reached through ssh -L on ws2
# technique: T1572
# from: ws1
# accused: ws1,ws2
# to: ws2
# account: root
# outcome: success
# must: unseen
. "$RANGE_HERE/item.sh"
ssh -F "$HOME/.ssh/config" -i "$HOME/.ssh/id_ed25519" -fN -L 127.0.0.1:6380:$lin1:6379 root@$ws2
sleep 1
says PONG redis-cli -p 6380 -a "$UNIX_PASSWORD" ping
