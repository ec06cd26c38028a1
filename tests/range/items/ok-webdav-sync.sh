# SPDX-License-Identifier: Apache-2.0
# what: documents kept alike with a store of the firm by WebDAV, again and again
# technique: -
# from: ws2
# to: lin1
# account: -
# outcome: ordinary
# must: nothing
. "$RANGE_HERE/item.sh"
mkdir -p "$HOME/docs"; for i in $(seq 1 40); do head -c 30000 /dev/urandom >"$HOME/docs/d$i.docx"; done
at lin1 sh -c 'mkdir -p "$HOME/dav"; exec timeout 60 rclone --config /dev/null serve webdav --addr 10.77.0.40:8088 "$HOME/dav"' & p="$p $!"
until nc -z $lin1 8088; do sleep 0.2; done
for r in 1 2 3; do rclone --config /dev/null sync "$HOME/docs" ":webdav,url='http://10.77.0.40:8088':docs" || exit 1; head -c 50000 /dev/urandom >"$HOME/docs/new$r"; sleep 1; done
kill $p
