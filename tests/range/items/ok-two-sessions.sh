# SPDX-License-Identifier: Apache-2.0
# what: somebody types from ws1 into ws2, and who sits at ws2 into lin1
# technique: -
# from: ws1
# to: lin1
# account: root
# outcome: ordinary
# must: nothing
. "$RANGE_HERE/item.sh"
ssh="ssh -tt -F $HOME/.ssh/config -i $HOME/.ssh/id_ed25519"
types 0.9 uptime 1.3 'ls /' 0.7 date 2.2 'ps' 1.4 'id' 1.8 'exit' |
	at ws2 ssh -tt -F "$RANGE/hosts/ws2/home/.ssh/config" -i "$RANGE/hosts/ws2/home/.ssh/id_ed25519" root@$lin1 >/dev/null 2>&1 &
types 1.1 hostname 1.9 date 0.8 'id -un' 2.3 'uptime' 1.2 'exit' | $ssh root@$ws2 >"$HOME/said" 2>&1
wait
grep -aq ws2 "$HOME/said"
