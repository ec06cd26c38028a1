# SPDX-License-Identifier: Apache-2.0
# what: fs1 told to shut down, by two ways; Samba does not
# technique: T1529
# from: ws1
# to: fs1
# account: Administrator
# outcome: attempt
# must: finding rpc
. "$RANGE_HERE/item.sh"
calls shutdown $fs1 Administrator "$ADMIN_PASSWORD"
net rpc shutdown -f -t 600 -I $fs1 -U "CORP\\Administrator%$ADMIN_PASSWORD"
true
