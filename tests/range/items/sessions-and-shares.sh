# SPDX-License-Identifier: Apache-2.0
# what: sessions and shares of every server, as share finders ask
# technique: T1135
# from: ws1
# to: fs1
# account: alice
# outcome: success
# must: finding rpc,share,discover
. "$RANGE_HERE/item.sh"
for h in $dc1 $fs1; do
	rpcclient -U "CORP\\alice%$USER_PASSWORD" $h -c 'netshareenumall;netsessenum;srvinfo;netfileenum' || true
done
smbclient -m SMB2_02 -L //$win1 -U "CORP\\alice%$USER_PASSWORD" || true
says Sharename smbclient -L //$fs1 -U "CORP\\alice%$USER_PASSWORD"
