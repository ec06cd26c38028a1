# SPDX-License-Identifier: Apache-2.0
# what: documents of a share packed with a password by 7-Zip, the archive stored beside them, the documents deleted
# technique: -
# from: ws2
# to: fs1
# account: bob
# outcome: ordinary
# must: nothing
# smb: both
. "$RANGE_HERE/item.sh"
documents "$data/docs" 60 4000
cd "$HOME"
rm -rf in
mkdir in
smbclient //fs1/data -U "CORP\\bob%$USER_PASSWORD" -c 'prompt off; lcd in; cd docs; mget *'
7z a -psecret -mhe=on safe.7z in >/dev/null
smbclient //fs1/data -U "CORP\\bob%$USER_PASSWORD" -c 'cd docs; put safe.7z; rm file*; ls'
rm -r in safe.7z
[ "$(ls "$data/docs")" = safe.7z ]
