# SPDX-License-Identifier: Apache-2.0
# what: an admin asks one service's state
# technique: -
# from: ws1
# to: win1
# account: Administrator
# outcome: ordinary
# must: nothing
. "$RANGE_HERE/item.sh"
rpcclient -U "CORP\\Administrator%$ADMIN_PASSWORD" $fs1 -c 'srvinfo'
