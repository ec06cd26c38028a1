# SPDX-License-Identifier: Apache-2.0
# what: forty logs of a share get a new ending
# technique: -
# from: lin1
# to: fs1
# account: svc_web
# outcome: ordinary
# must: nothing
# smb: both
. "$RANGE_HERE/item.sh"
documents "$data/logs" 40 2000
c=
for f in $(ls "$data/logs"); do c="$c; rename $f $f.old"; done
smbclient //fs1/data -U "CORP\\svc_web%$USER_PASSWORD" -c "cd logs$c"
