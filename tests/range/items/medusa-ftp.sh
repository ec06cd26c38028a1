# SPDX-License-Identifier: Apache-2.0
# what: passwords guessed at ftp by medusa, the last is right
# technique: T1110.001
# from: ws1
# to: lin1
# account: op
# outcome: success
# must: alert brute
. "$RANGE_HERE/item.sh"
{ passwords 14; echo "$UNIX_PASSWORD"; } >"$HOME/passwords"
says SUCCESS timeout 100 medusa -h $lin1 -u op -P "$HOME/passwords" -M ftp -t 4 -f
