# SPDX-License-Identifier: Apache-2.0
# what: calls between two SIP telephones, with sound
# technique: -
# from: ws2
# to: lin1
# account: -
# outcome: ordinary
# must: nothing
. "$RANGE_HERE/item.sh"
cd "$HOME"
at lin1 timeout 60 sipp -sn uas -i $lin1 -rtp_echo -bg -nostdin >/dev/null
says 'Successful call|0\(\S+\)' timeout 50 sipp -sn uac $lin1 -i $ws2 -r 3 -m 30 -d 3000 -nostdin
s=$?
exit $s
