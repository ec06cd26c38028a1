# SPDX-License-Identifier: Apache-2.0
# what: a program asks a web page every second with a password that is no more
# technique: -
# from: ws1
# to: lin1
# account: op
# outcome: ordinary
# must: nothing
. "$RANGE_HERE/item.sh"
for i in $(seq 1 40); do curl -s -o /dev/null -w '%{http_code}\n' -u op:yesterday http://$lin1/private; sleep 1; done | sort | uniq -c | grep 401
