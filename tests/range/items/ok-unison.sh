# SPDX-License-Identifier: Apache-2.0
# what: two folders kept alike by unison over ssh
# technique: -
# from: ws1
# to: ws2
# account: root
# outcome: ordinary
# must: nothing
. "$RANGE_HERE/item.sh"
mkdir -p "$HOME/u" "$RANGE/hosts/ws2/home/u"; cp /etc/*.conf "$HOME/u/"; head -c 3000000 /dev/urandom >"$HOME/u/f"
for r in 1 2; do
	unison -batch -auto -sshargs "-F $HOME/.ssh/config -i $HOME/.ssh/id_ed25519" "$HOME/u" "ssh://root@$ws2/$RANGE/hosts/ws2/home/u" 2>&1 | tail -2
	date >"$RANGE/hosts/ws2/home/u/d$r"
done
[ -f "$RANGE/hosts/ws2/home/u/f" ]
