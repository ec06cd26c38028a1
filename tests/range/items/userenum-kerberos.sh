# SPDX-License-Identifier: Apache-2.0
# what: names tried against the KDC
# technique: T1087.002
# from: ws1
# to: dc1
# account: -
# outcome: success
# must: alert brute,krb,discover
. "$RANGE_HERE/item.sh"
{ seq -f 'user%02g' 40; echo alice; echo bob; } >"$HOME/names"
says 'alice@' nmap -n -Pn -p 88 --script krb5-enum-users \
	--script-args "krb5-enum-users.realm=$REALM,userdb=$HOME/names" $dc1
