# SPDX-License-Identifier: Apache-2.0
# what: files fetched from and put on the ftp server
# technique: -
# from: ws2
# to: lin1
# account: op
# outcome: ordinary
# must: nothing
. "$RANGE_HERE/item.sh"
curl -sS -T /etc/services "ftp://op:$UNIX_PASSWORD@$lin1/s1" || exit 1
for i in 1 2 3; do curl -sS -o /dev/null "ftp://op:$UNIX_PASSWORD@$lin1/s1" || exit 1; done
