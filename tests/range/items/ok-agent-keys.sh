# SPDX-License-Identifier: Apache-2.0
# what: an administrator whose agent offers three keys that nobody knows, before the password
# technique: -
# from: ws1
# to: ws2
# account: root
# outcome: ordinary
# must: nothing
. "$RANGE_HERE/item.sh"
for i in 1 2 3; do ssh-keygen -q -t ed25519 -N '' -f "$HOME/k$i" </dev/null; done
for r in 1 2 3 4; do for h in $ws2 $lin1 $fs1; do
	sshpass -p "$UNIX_PASSWORD" ssh -F /dev/null -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o IdentitiesOnly=yes $(for i in 1 2 3; do echo "-i $HOME/k$i"; done) op@$h true
	sleep 1
done; done
true
