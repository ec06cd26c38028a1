# SPDX-License-Identifier: Apache-2.0
# what: fifteen machines saved by rsync over ssh to one server, one after the other
# technique: -
# from: lin1
# to: ws2
# account: root
# outcome: ordinary
# must: nothing
. "$RANGE_HERE/item.sh"
for h in $(branch 15); do
	rsync -a -e "ssh -F $HOME/.ssh/config -i $HOME/.ssh/id_ed25519" root@$h:/etc/services :/usr/bin/openssl :/usr/share/doc/openssl "$HOME/b-$h/" || exit 1
done
