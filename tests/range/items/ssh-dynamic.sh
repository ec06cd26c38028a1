# SPDX-License-Identifier: Apache-2.0
# what: a scan of the segment through ssh -D on ws2
# technique: T1090.001
# from: ws1
# to: lin1
# accused: ws1,ws2
# account: root
# outcome: success
# must: alert scan,chain,fanout
. "$RANGE_HERE/item.sh"
ssh -F "$HOME/.ssh/config" -i "$HOME/.ssh/id_ed25519" -fN -D 1080 root@$ws2
printf 'strict_chain\ntcp_read_time_out 2000\ntcp_connect_time_out 2000\n[ProxyList]\nsocks4 127.0.0.1 1080\n' >"$HOME/pc.conf"
says '22/tcp +open' proxychains4 -q -f "$HOME/pc.conf" nmap -n -Pn -sT --max-retries 0 -p 21,22,23,25,80,88,110,135,139,143,389,443,445,1433,3306,3389,5432,5900,5985,6379,8080 $lin1 $fs1
