# SPDX-License-Identifier: Apache-2.0
# what: a camera sends pictures to a recorder by RTP
# technique: -
# from: ws2
# to: lin1
# account: -
# outcome: ordinary
# must: nothing
. "$RANGE_HERE/item.sh"
at lin1 sh -c 'timeout 20 socat -u UDP-RECV:5004 OPEN:/dev/null' &
timeout 30 ffmpeg -nostdin -loglevel error -re -f lavfi -i testsrc=size=640x360:rate=15 -t 10 -c:v mpeg4 -b:v 2M -f rtp rtp://$lin1:5004 | tail -2
true
