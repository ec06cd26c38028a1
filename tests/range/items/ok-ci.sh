# SPDX-License-Identifier: Apache-2.0
# what: a build server: forty short clones over ssh, and the pages put on twelve web servers
# technique: -
# from: ws2
# to: lin1
# account: root
# outcome: ordinary
# must: nothing
. "$RANGE_HERE/item.sh"
cd "$HOME"; export GIT_SSH_COMMAND="ssh -F $HOME/.ssh/config -i $HOME/.ssh/id_ed25519" GIT_CONFIG_GLOBAL=/dev/null GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@b GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a@b GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=safe.directory GIT_CONFIG_VALUE_0='*'
r=$RANGE/hosts/lin1/home/repo
at lin1 sh -c "git init -q $r && cd $r && cp /etc/services /etc/protocols . && git add . && git commit -qm one" || exit 1
for i in 1 2 3 4 5 6 7 8 9 10; do rm -rf c; git clone -q root@$lin1:$r c || exit 1; done
for h in $(branch 12); do scp -q -F "$HOME/.ssh/config" -i "$HOME/.ssh/id_ed25519" c/services root@$h:/tmp/vigie-range-site || exit 1; done
rm -f /tmp/vigie-range-site
