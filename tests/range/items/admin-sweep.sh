# SPDX-License-Identifier: Apache-2.0
# what: may this account manage services, and is C$ open? asked of every host
# technique: T1021.002
# from: ws1
# to: fs1
# account: Administrator
# outcome: success
# must: finding rpc,share
. "$RANGE_HERE/item.sh"
for h in $dc1 $fs1 $win1; do calls admin-check $h Administrator "$ADMIN_PASSWORD" || exit 1; done
calls admin-check $lin1 Administrator "$ADMIN_PASSWORD" || true
