# SPDX-License-Identifier: Apache-2.0
# what: sessions of all servers, as impacket netview asks
# technique: T1049
# from: ws1
# to: fs1
# account: alice
# outcome: success
# must: finding rpc
. "$RANGE_HERE/item.sh"
printf '%s\n' $dc1 $fs1 >"$HOME/hosts"
timeout 20 /usr/bin/python3 "$IMPACKET/netview.py" -targets "$HOME/hosts" -noloop -dc-ip $dc1 "$DOMAIN_DNS/alice:$USER_PASSWORD" </dev/null
true
