# SPDX-License-Identifier: Apache-2.0
# what: thirty machines of a branch set up with ansible
# technique: -
# from: lin1
# to: ws2
# account: root
# outcome: ordinary
# must: nothing
. "$RANGE_HERE/item.sh"
cd "$HOME"
export ANSIBLE_HOST_KEY_CHECKING=False ANSIBLE_LOCAL_TEMP=$HOME/.ansible/tmp ANSIBLE_NOCOWS=1 LC_ALL=C.UTF-8
branch 30 >inventory
set -- ansible -i inventory all -f 10 -u root --key-file "$HOME/.ssh/id_ed25519" -e ansible_python_interpreter=/usr/bin/python3 \
	--ssh-common-args "-F $HOME/.ssh/config"
says SUCCESS "$@" -m ping && says CHANGED "$@" -m copy -a 'src=/etc/services dest=/tmp/vigie-range-motd' && says CHANGED "$@" -m shell -a uptime
