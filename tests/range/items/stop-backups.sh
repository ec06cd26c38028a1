# SPDX-License-Identifier: Apache-2.0
# what: the services of backups and shadow copies of win1 stopped
# technique: T1490
# from: ws1
# to: win1
# account: Administrator
# outcome: success
# must: alert rpc
. "$RANGE_HERE/item.sh"
calls stop-backups $win1 Administrator "$ADMIN_PASSWORD" | tee "$HOME/said"
grep -q 'RControlService: answered' "$HOME/said"
