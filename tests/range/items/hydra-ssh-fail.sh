# SPDX-License-Identifier: Apache-2.0
# what: passwords guessed at ssh, none right
# technique: T1110.001
# from: ws1
# to: lin1
# account: root
# outcome: attempt
# must: alert brute
. "$RANGE_HERE/item.sh"
passwords 16 >"$HOME/passwords"
says '0 valid password' hydra -I -l root -P "$HOME/passwords" -t 8 ssh://$lin1
