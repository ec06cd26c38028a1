# SPDX-License-Identifier: Apache-2.0
# what: every account of the domain over SAMR
# technique: T1087.002
# from: ws1
# to: dc1
# account: alice
# outcome: success
# must: finding rpc,discover
# must-sealed: unseen
# smb: both
. "$RANGE_HERE/item.sh"
says 'Found user|alice' impacket samrdump "CORP/alice:$USER_PASSWORD@$dc1"
