# SPDX-License-Identifier: Apache-2.0
# what: a session inside, five seconds
# technique: -
# from: ws2
# to: lin1
# account: root
# outcome: ordinary
# must: nothing
. "$RANGE_HERE/item.sh"
says done ssh -F "$HOME/.ssh/config" -i "$HOME/.ssh/id_ed25519" root@$lin1 'for i in 1 2 3 4 5 6 7 8 9 10; do date; sleep 0.5; done; echo done'
