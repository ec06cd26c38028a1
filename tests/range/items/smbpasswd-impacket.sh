# SPDX-License-Identifier: Apache-2.0
# what: a password changed with impacket smbpasswd, and back
# technique: T1098
# from: ws1
# to: dc1
# account: bob
# outcome: success
# must: finding rpc
. "$RANGE_HERE/item.sh"
p() { impacket smbpasswd "CORP/bob:$1@$dc1" -newpass "$2"; }
says 'changed|success' p "$USER_PASSWORD" 'Other.Pass9' || exit 1
at dc1 samba-tool user setpassword bob --newpassword="$USER_PASSWORD"
