# SPDX-License-Identifier: Apache-2.0
# what: a command on twenty machines of a branch with pssh, ten at once
# technique: -
# from: lin1
# to: ws2
# account: root
# outcome: ordinary
# must: nothing
. "$RANGE_HERE/item.sh"
branch 20 >"$HOME/hosts.txt"
says SUCCESS parallel-ssh -h "$HOME/hosts.txt" -l root -p 10 -O StrictHostKeyChecking=no -O UserKnownHostsFile=/dev/null \
	-x "-i $HOME/.ssh/id_ed25519" uptime
