# SPDX-License-Identifier: Apache-2.0
# what: a folder of forty old files deleted
# technique: -
# from: ws2
# to: fs1
# account: bob
# outcome: ordinary
# must: nothing
. "$RANGE_HERE/item.sh"
documents "$data/docs" 40 3000
smbclient //fs1/data -U "CORP\\bob%$USER_PASSWORD" -c 'deltree docs'
[ ! -e "$data/docs" ]
