# SPDX-License-Identifier: Apache-2.0
# what: the hives with the passwords of fs1 saved to files; Samba refuses the path
# technique: T1003.002
# from: ws1
# to: fs1
# account: Administrator
# outcome: attempt
# must: alert rpc
. "$RANGE_HERE/item.sh"
calls save-hives $fs1 Administrator "$ADMIN_PASSWORD"
