# SPDX-License-Identifier: Apache-2.0
# what: a ssh session in a WebSocket, as chisel does
# technique: T1572
# from: ws1
# to: inet
# account: root
# outcome: success
# must: alert tunnel_http
. "$RANGE_HERE/item.sh"
at inet timeout 25 /usr/bin/python3 "$RANGE_HERE/websocket.py" serve 198.51.100.77 8081 203.0.113.10 22 &
timeout 25 /usr/bin/python3 "$RANGE_HERE/websocket.py" carry 127.0.0.1 2222 198.51.100.77 8081 &
sleep 1
says 'inet' ssh -F "$HOME/.ssh/config" -i "$HOME/.ssh/id_ed25519" -p 2222 root@127.0.0.1 'hostname; seq 3000 | tail -1'
