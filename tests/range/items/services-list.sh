# SPDX-License-Identifier: Apache-2.0
# what: the services of another machine listed
# technique: T1007
# from: ws1
# to: fs1
# account: Administrator
# outcome: success
# must: finding rpc,discover
# must-sealed: unseen
# smb: both
. "$RANGE_HERE/item.sh"
says 'Total Services|Spooler' impacket services "CORP/Administrator:$ADMIN_PASSWORD@$fs1" list
