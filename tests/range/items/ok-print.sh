# SPDX-License-Identifier: Apache-2.0
# what: printers listed, a page written to a share
# technique: -
# from: ws2
# to: fs1
# account: dave
# outcome: ordinary
# must: nothing
. "$RANGE_HERE/item.sh"
rpcclient -U "CORP\\dave%$USER_PASSWORD" $fs1 -c 'enumprinters' || true
head -c 40000 /dev/urandom >"$HOME/page.pcl"
smbclient //fs1/data -U "CORP\\dave%$USER_PASSWORD" -c "put $HOME/page.pcl page.pcl"
