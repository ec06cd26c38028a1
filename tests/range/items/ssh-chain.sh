# SPDX-License-Identifier: Apache-2.0
# what: ws1 to ws2 to lin1 to fs1, each from the one before
# technique: T1021.004
# from: ws1
# to: fs1
# accused: ws1,ws2,lin1
# account: root
# outcome: success
# must: alert chain,fanout
. "$RANGE_HERE/item.sh"
ssh="ssh -F $HOME/.ssh/config -i $HOME/.ssh/id_ed25519"
says 'fs1' $ssh root@$ws2 "$ssh root@$lin1 '$ssh root@$fs1 hostname; head -c 20000 /etc/services | wc -c; sleep 1'; sleep 1"
