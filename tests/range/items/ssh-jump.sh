# SPDX-License-Identifier: Apache-2.0
# what: lin1 reached through ws2 with -J
# technique: T1021.004
# from: ws1
# to: lin1
# accused: ws1,ws2
# account: root
# outcome: success
# must: finding forward,chain
. "$RANGE_HERE/item.sh"
says 'lin1' ssh -F "$HOME/.ssh/config" -o "ProxyCommand=ssh -F $HOME/.ssh/config -i $HOME/.ssh/id_ed25519 -W %h:%p root@$ws2" -i "$HOME/.ssh/id_ed25519" root@$lin1 \
	'hostname; seq 3000'
