# SPDX-License-Identifier: Apache-2.0
# what: five people log on at two machines: ticket, SYSVOL, shares
# technique: -
# from: ws2
# to: dc1
# account: alice
# outcome: ordinary
# must: nothing
. "$RANGE_HERE/item.sh"
for u in alice bob carol dave frank; do
	for h in ws1 ws2; do
		at $h sh -c "echo '$USER_PASSWORD' | kinit $u"
		at $h smbclient //dc1.$DOMAIN_DNS/sysvol --use-kerberos=required -c 'recurse on; ls' >/dev/null
		at $h smbclient //fs1.$DOMAIN_DNS/home --use-kerberos=required -N -c ls >/dev/null
	done
done
