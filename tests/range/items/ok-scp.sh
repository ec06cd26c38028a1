# SPDX-License-Identifier: Apache-2.0
# what: 30 MB copied to a server of ours with scp, and a file by nc
# technique: -
# from: ws2
# to: lin1
# account: root
# outcome: ordinary
# must: nothing
. "$RANGE_HERE/item.sh"
head -c 30000000 /dev/urandom >"$HOME/disk.img"
scp -q -F "$HOME/.ssh/config" -i "$HOME/.ssh/id_ed25519" "$HOME/disk.img" root@$lin1:/tmp/vigie-image
at lin1 sh -c 'timeout 20 nc -l -p 5555 | wc -c' &
sleep 0.5
timeout 20 nc -q 1 $lin1 5555 <"$HOME/disk.img"
rm -f "$HOME/disk.img" /tmp/vigie-image
