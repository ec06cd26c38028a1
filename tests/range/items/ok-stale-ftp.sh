# SPDX-License-Identifier: Apache-2.0
# what: a scanner sends its pages by ftp with an old password, every three seconds
# technique: -
# from: ws2
# to: lin1
# account: op
# outcome: ordinary
# must: nothing
. "$RANGE_HERE/item.sh"
for i in $(seq 1 16); do curl -s -m 8 -u op:yesterday ftp://$lin1/; sleep 3; done
true
