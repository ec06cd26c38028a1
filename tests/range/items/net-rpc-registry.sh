# SPDX-License-Identifier: Apache-2.0
# what: the registry of fs1 read and written with net rpc
# technique: T1112
# from: ws1
# to: fs1
# account: Administrator
# outcome: attempt
# must: finding rpc
. "$RANGE_HERE/item.sh"
n() { timeout 20 net rpc registry "$@" -S $fs1 -U "Administrator%$ADMIN_PASSWORD"; }
n enumerate 'HKLM\\Software\\Microsoft\\Windows NT\\CurrentVersion'
n createkey 'HKLM\\Software\\Samba\\x'
n setvalue 'HKLM\\Software\\Samba\\x' run sz evil.exe
n deletekey 'HKLM\\Software\\Samba\\x'
true
