# SPDX-License-Identifier: Apache-2.0
# what: a folder saved with borg over ssh, twice
# technique: -
# from: lin1
# to: fs1
# account: root
# outcome: ordinary
# must: nothing
. "$RANGE_HERE/item.sh"
export BORG_PASSPHRASE=range BORG_RSH="ssh -F $HOME/.ssh/config -i $HOME/.ssh/id_ed25519" BORG_BASE_DIR=$HOME
mkdir -p "$HOME/work"
head -c 12000000 /dev/urandom >"$HOME/work/a"
cp /usr/bin/python3 "$HOME/work/"
r=ssh://root@$fs1/srv/data/borg
borg init -e repokey $r && borg create $r::one "$HOME/work" && cp /usr/bin/perl "$HOME/work/" && borg create $r::two "$HOME/work" && borg list $r
