# SPDX-License-Identifier: Apache-2.0
# what: a server's folder saved with rsync over ssh
# technique: -
# from: lin1
# to: fs1
# account: root
# outcome: ordinary
# must: nothing
. "$RANGE_HERE/item.sh"
mkdir -p "$HOME/etc"
cp /etc/services /etc/protocols /usr/bin/rsync "$HOME/etc/"
rsync -a -e "ssh -F $HOME/.ssh/config -i $HOME/.ssh/id_ed25519" "$HOME/etc/" root@$fs1:/srv/data/rsync/
