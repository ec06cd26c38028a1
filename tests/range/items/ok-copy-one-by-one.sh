# SPDX-License-Identifier: Apache-2.0
# what: sixty files fetched and stored in another folder, each before the next, in one session
# technique: -
# from: ws2
# to: fs1
# account: bob
# outcome: ordinary
# must: nothing
# smb: both
. "$RANGE_HERE/item.sh"
documents "$data/docs" 60 3000
cd "$HOME"
c='prompt off; mkdir kept'
for f in $(ls "$data/docs"); do c="$c; get docs\\$f $f; put $f kept\\$f"; done
smbclient //fs1/data -U "CORP\\bob%$USER_PASSWORD" -c "$c"
