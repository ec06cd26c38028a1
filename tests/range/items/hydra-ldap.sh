# SPDX-License-Identifier: Apache-2.0
# what: passwords guessed at an LDAP bind
# technique: T1110.001
# from: ws1
# to: dc1
# account: alice
# outcome: success
# must: alert brute
. "$RANGE_HERE/item.sh"
{ passwords 30; echo "$USER_PASSWORD"; } >"$HOME/passwords"
says "password: $USER_PASSWORD" hydra -I -l "alice@$DOMAIN_DNS" -P "$HOME/passwords" -t 4 -f ldap2://$dc1
