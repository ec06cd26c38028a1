# SPDX-License-Identifier: Apache-2.0
# what: passwords guessed at telnet, the last is right
# technique: T1110.001
# from: ws1
# to: lin1
# account: op
# outcome: success
# must: alert brute
. "$RANGE_HERE/item.sh"
/usr/bin/python3 "$RANGE_HERE/telnet.py" $lin1 op $(passwords 8) "$UNIX_PASSWORD"
