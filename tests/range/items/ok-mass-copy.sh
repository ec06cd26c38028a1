# SPDX-License-Identifier: Apache-2.0
# what: 120 files copied down and up again
# technique: -
# from: ws2
# to: fs1
# account: bob
# outcome: ordinary
# must: nothing
# smb: both
. "$RANGE_HERE/item.sh"
documents "$data/docs" 120 3000
mkdir -p "$HOME/copy"
cd "$HOME/copy"
smbclient //fs1/data -U "CORP\\bob%$USER_PASSWORD" -c 'prompt off; cd docs; mget *; mkdir ..\\again; cd ..\\again; mput *'
