# SPDX-License-Identifier: Apache-2.0
# what: files of a share packed into a zip on the share
# technique: -
# from: ws2
# to: fs1
# account: carol
# outcome: ordinary
# must: nothing
# smb: both
. "$RANGE_HERE/item.sh"
documents "$data/docs" 60 3000
mkdir -p "$HOME/zip"
cd "$HOME/zip"
smbclient //fs1/data -U "CORP\\carol%$USER_PASSWORD" -c 'prompt off; cd docs; mget *'
zip -q docs.zip *.*
smbclient //fs1/data -U "CORP\\carol%$USER_PASSWORD" -c 'put docs.zip'
