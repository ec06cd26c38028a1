# SPDX-License-Identifier: Apache-2.0
# what: an account made, given a password and rights, and deleted with rpcclient
# technique: T1136.002
# from: ws1
# to: dc1
# account: Administrator
# outcome: success
# must: finding rpc
. "$RANGE_HERE/item.sh"
says 'mallory|^$' timeout 60 rpcclient -U "CORP\\Administrator%$ADMIN_PASSWORD" $dc1 -c 'createdomuser mallory;setuserinfo2 mallory 24 Winter2026.x;lookupnames mallory;lsaaddacctrights S-1-1-0 SeDebugPrivilege;lsaremoveacctrights S-1-1-0 SeDebugPrivilege;deletedomuser mallory'
