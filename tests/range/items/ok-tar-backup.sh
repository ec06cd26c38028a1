# SPDX-License-Identifier: Apache-2.0
# what: a share saved with smbclient's tar
# technique: -
# from: ws2
# to: fs1
# account: svc_backup
# outcome: ordinary
# must: nothing
# smb: both
. "$RANGE_HERE/item.sh"
documents "$data/docs" 120 3000
cd "$HOME"
smbclient //fs1/data -U "CORP\\svc_backup%$USER_PASSWORD" -Tc backup.tar docs
