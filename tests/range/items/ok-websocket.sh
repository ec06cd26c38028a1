# SPDX-License-Identifier: Apache-2.0
# what: somebody chats over a WebSocket
# technique: -
# from: ws2
# to: inet
# account: -
# outcome: ordinary
# must: nothing
. "$RANGE_HERE/item.sh"
at inet timeout 15 /usr/bin/python3 "$RANGE_HERE/websocket.py" chat 198.51.100.77 8081 &
sleep 0.7
timeout 12 /usr/bin/python3 "$RANGE_HERE/websocket.py" talk 198.51.100.77 8081
