# SPDX-License-Identifier: Apache-2.0
# what: an admin works on two servers, one after the other
# technique: -
# from: ws1
# to: lin1
# account: root
# outcome: ordinary
# must: nothing
. "$RANGE_HERE/item.sh"
for h in $lin1 $fs1; do
	says '3000' ssh -F "$HOME/.ssh/config" -i "$HOME/.ssh/id_ed25519" root@$h 'hostname; ps ax; seq 3000; sleep 2' || exit 1
done
