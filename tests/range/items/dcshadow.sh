# SPDX-License-Identifier: Apache-2.0
# what: the calls of DCShadow, which Samba refuses
# technique: T1207
# from: ws1
# to: dc1
# account: Administrator
# outcome: attempt
# must: alert rpc
. "$RANGE_HERE/item.sh"
calls new-controller $dc1 Administrator "$ADMIN_PASSWORD"
