# SPDX-License-Identifier: Apache-2.0
# what: somebody types from ws1 through ws2 into lin1
# technique: T1021.004
# from: ws1
# to: lin1
# accused: ws1,ws2
# account: root
# outcome: success
# must: finding stone
. "$RANGE_HERE/item.sh"
ssh="ssh -tt -F $HOME/.ssh/config -i $HOME/.ssh/id_ed25519"
types 1.1 "$ssh root@$lin1" 1.9 hostname 0.8 'id -un' 2.3 'date' 1.2 'uptime' 0.7 'ls /' 1.6 'ps' 0.9 'exit' 0.6 'exit' |
	$ssh root@$ws2 >"$HOME/said" 2>&1
grep -aq lin1 "$HOME/said"
