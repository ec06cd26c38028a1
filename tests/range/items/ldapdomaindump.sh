# SPDX-License-Identifier: Apache-2.0
# what: the directory dumped with ldapdomaindump
# technique: T1087.002
# from: ws1
# to: dc1
# account: alice
# outcome: success
# must: alert discover
. "$RANGE_HERE/item.sh"
rm -rf "$HOME/dump"
timeout 60 ldapdomaindump -u 'CORP\alice' -p "$USER_PASSWORD" -at SIMPLE -o "$HOME/dump" ldap://$dc1 ||
	timeout 60 ldapdomaindump -u 'CORP\alice' -p "$USER_PASSWORD" -o "$HOME/dump" ldap://$dc1
grep -q alice "$HOME/dump/domain_users.grep"
