# SPDX-License-Identifier: Apache-2.0
# what: a computer account made from a workstation (SAMR), and deleted
# technique: T1136.002
# from: ws1
# to: dc1
# account: Administrator
# outcome: success
# must: finding rpc
. "$RANGE_HERE/item.sh"
impacket addcomputer -method SAMR -computer-name 'ROGUE$' -computer-pass Rogue.2026 -dc-ip $dc1 "CORP/Administrator:$ADMIN_PASSWORD"
says ROGUE at dc1 samba-tool computer show ROGUE -H /var/lib/samba/private/sam.ldb
ok=$?
at dc1 samba-tool computer delete ROGUE -H /var/lib/samba/private/sam.ldb
exit $ok
