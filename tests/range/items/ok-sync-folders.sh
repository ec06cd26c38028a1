# SPDX-License-Identifier: Apache-2.0
# what: one folder of a share kept like another by rclone
# technique: -
# from: ws2
# to: fs1
# account: carol
# outcome: ordinary
# must: nothing
# smb: both
. "$RANGE_HERE/item.sh"
documents "$data/docs" 60 3000
rm -rf "$data/mirror"
export RCLONE_CONFIG="$HOME/rclone.conf" RCLONE_CONFIG_SHARE_TYPE=smb RCLONE_CONFIG_SHARE_HOST=$fs1
export RCLONE_CONFIG_SHARE_USER=carol RCLONE_CONFIG_SHARE_DOMAIN=CORP
RCLONE_CONFIG_SHARE_PASS=$(rclone obscure "$USER_PASSWORD")
export RCLONE_CONFIG_SHARE_PASS
: >"$RCLONE_CONFIG"
rclone sync share:data/docs share:data/mirror --transfers 4
rclone check share:data/docs share:data/mirror --download
