# SPDX-License-Identifier: Apache-2.0
# what: all there is of accounts, names, trusts, rights, printers and sessions asked with rpcclient
# technique: T1087.002
# from: ws1
# to: dc1
# account: alice
# outcome: success
# must: finding rpc,discover
. "$RANGE_HERE/item.sh"
says 'alice' timeout 60 rpcclient -U "CORP\\alice%$USER_PASSWORD" $dc1 -c 'srvinfo;enumdomains;querydominfo;enumdomusers;enumdomgroups;enumalsgroups builtin;querydispinfo;getdompwinfo;lsaquery;lsaenumsid;enumprivs;lookupnames alice;enumtrust;dsroledominfo;dsenumdomtrusts;netshareenumall;netsessenum;netdiskenum;enumprinters;queryuser 0x1f4;queryusergroups 0x1f4;querygroupmem 0x200;samlookuprids domain 0x1f4;enumdomusers'
