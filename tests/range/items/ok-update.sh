# SPDX-License-Identifier: Apache-2.0
# what: an update downloaded by three machines
# technique: -
# from: ws2
# to: inet
# account: -
# outcome: ordinary
# must: nothing
. "$RANGE_HERE/item.sh"
for h in ws1 ws2 lin1; do at $h curl -sS -o /dev/null http://updates.example.test/update.bin || exit 1; done
