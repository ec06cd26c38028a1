# SPDX-License-Identifier: Apache-2.0
# what: documents opened, saved beside and renamed over, as an office program does
# technique: -
# from: ws2
# to: fs1
# account: dave
# outcome: ordinary
# must: nothing
# smb: both
. "$RANGE_HERE/item.sh"
documents "$data/docs" 12 20000
cd "$HOME"
for f in $(ls "$data/docs"); do
	smbclient //fs1/data -U "CORP\\dave%$USER_PASSWORD" -c "cd docs; get $f; put $f tmp$f.tmp; rename $f $f.bak; rename tmp$f.tmp $f; rm $f.bak"
	sleep 0.3
done
