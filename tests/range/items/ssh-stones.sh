# SPDX-License-Identifier: Apache-2.0
# what: somebody types from ws1 through ws2 and lin1 into fs1
# technique: T1021.004
# from: ws1
# to: fs1
# accused: ws1,ws2,lin1
# account: root
# outcome: success
# must: alert stone
. "$RANGE_HERE/item.sh"
ssh="ssh -tt -F $HOME/.ssh/config -i $HOME/.ssh/id_ed25519"
types 1.1 "$ssh root@$lin1" 1.9 "$ssh root@$fs1" 1.7 hostname 0.8 'id -un' 2.3 'date' 1.2 'uptime' 0.7 'ls /' 1.6 'ps' 0.9 'exit' 0.6 'exit' 0.7 'exit' |
	$ssh root@$ws2 >"$HOME/said" 2>&1
grep -aq fs1 "$HOME/said"
