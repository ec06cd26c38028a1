# SPDX-License-Identifier: Apache-2.0
# what: every RID of the domain over LSARPC
# technique: T1087.002
# from: ws1
# to: dc1
# account: alice
# outcome: success
# must: finding rpc,discover
# must-sealed: unseen
# smb: both
. "$RANGE_HERE/item.sh"
says 'alice' impacket lookupsid "CORP/alice:$USER_PASSWORD@$dc1" 1200
