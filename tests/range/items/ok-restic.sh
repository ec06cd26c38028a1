# SPDX-License-Identifier: Apache-2.0
# what: a folder saved to a share with restic, by rclone
# technique: -
# from: ws2
# to: fs1
# account: carol
# outcome: ordinary
# must: nothing
# smb: both
. "$RANGE_HERE/item.sh"
rm -rf "$data/store" "$HOME/docs"
mkdir -p -m 777 "$data/store"
documents "$HOME/docs" 80 9000
for i in 1 2 3; do head -c 700000 /dev/urandom >"$HOME/docs/$i.jpg"; done
export RCLONE_CONFIG="$HOME/rclone.conf" RCLONE_CONFIG_SHARE_TYPE=smb RCLONE_CONFIG_SHARE_HOST=$fs1
export RCLONE_CONFIG_SHARE_USER=carol RCLONE_CONFIG_SHARE_DOMAIN=CORP
RCLONE_CONFIG_SHARE_PASS=$(rclone obscure "$USER_PASSWORD")
export RCLONE_CONFIG_SHARE_PASS RESTIC_PASSWORD=x RESTIC_REPOSITORY=rclone:share:data/store
: >"$RCLONE_CONFIG"
restic --no-cache -q init
restic --no-cache -q backup "$HOME/docs"
rm "$HOME"/docs/file00*
restic --no-cache -q backup "$HOME/docs"
restic --no-cache -q forget --keep-last 1 --prune
restic --no-cache -q check --read-data
