#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes the golden captures of what real captures showed beside Suricata: make_agree.py [CASE…]; like make.py."""
import struct
import sys

import make
from make import datagram, fragment4, fragment6, pieces
from craft import Capture, ether, mac
from sessions import record, request, response, tls

make.CASES.clear()
case = make.case
CLIENT, SERVER = "10.1.0.20", "10.1.0.9"

BEAT = 'content:"|18 03|"; depth:2; byte_test:1,<,4,2; '


@case(f'alert tcp any any -> any any (msg:"asked"; flow:established,to_server; {BEAT}sid:1800;)\n'
      f'alert tcp any any -> any any (msg:"large"; flow:established,to_client; {BEAT}byte_test:2,>,150,3; sid:1801;)\n'
      'alert tcp any any -> any any (msg:"of the stream"; flow:established,to_client; content:"|18 03 03 01|"; sid:1802;)\n'
      'alert tcp any any -> any any (msg:"never"; content:"later"; sid:1803;)\n')
def tls_heartbeat_encrypted(c):
    """Both sides encrypt; then, before any data, a heartbeat is answered with too much. Of data nothing is looked at."""
    sealed = record(20, b"\x01") + record(22, bytes(40))
    c.session(0, CLIENT, SERVER, 40000, 443, tls("www.example.net") + [
        (">", sealed), ("<", sealed), (">", record(24, bytes(61))), ("<", record(24, bytes(400))),
        (">", record(23, b"later" * 9)), ("<", record(23, b"later" * 9) + record(24, b"later" * 80))])


@case('alert tcp any any -> any 80 (msg:"one"; flow:established,to_server; content:"needle"; sid:1810;)\n'
      'alert http any any -> any any (msg:"two"; http.uri; content:"/needle"; sid:1811;)\n')
def pppoe_session(c):
    """HTTP on a line to a provider, mirrored before its modem: headers of PPPoE and PPP, in a VLAN and without; LCP between."""
    lcp = bytes.fromhex("1100000a000ac021090100080506ffff")
    c.add(0, ether(mac(CLIENT), mac(SERVER), 0x8864, lcp))
    for i, vlans in enumerate(((), (7,))):
        inside = Capture()
        inside.session(i + 1, CLIENT, "198.51.100.9", 40000 + i, 80, [(">", request("GET /needle")), ("<", response())])
        for t, _, frame in inside.frames:
            packet = frame[14:]
            head = struct.pack("!BBHHH", 0x11, 0, 10 + i, 2 + len(packet), 0x21)
            c.add(t, ether(mac(SERVER), mac(CLIENT), 0x8864, head + packet, vlans=vlans))


@case('alert udp any any -> any 9999 (msg:"across"; content:"alpha-word"; content:"omega-word"; sid:1820; rev:1;)\n')
def fragments_of_headers(c):
    """Fragments so small that the first ends inside a header before UDP: IPv6 options of 24 bytes, IPv4's AH of 24."""
    text = datagram(b"..alpha-word and then omega-word..")
    options = bytes([17, 2, 1, 20]) + bytes(20)
    ah = bytes([17, 4]) + bytes(22)
    for k, (at, data, more) in enumerate(pieces(options + text, 8)):
        c.add(k * .01, fragment6("fd00::1", "fd00::9", 60, 7, at, data, more))
    for k, (at, data, more) in enumerate(pieces(ah + text, 8)):
        c.add(1 + k * .01, fragment4("10.1.0.1", "10.1.0.9", 51, 7, at, data, more))


@case('alert http any any -> any any (msg:"raw behind the headers"; flow:established,to_server; content:"marker-word"; '
      'http.uri; content:"/enter"; sid:1830;)\n'
      'alert http any any -> any any (msg:"in the headers"; flow:established,to_server; content:"X-Marker"; '
      'http.uri; content:"/enter"; sid:1831;)\n'
      'alert http any any -> any any (msg:"never"; flow:established,to_server; content:"absent-word"; '
      'http.uri; content:"/enter"; sid:1832;)\n')
def http_payload_behind_fields(c):
    """The target and then, in later segments, a body that holds what a rule asks of the payload; in one segment, too."""
    whole = request("POST /enter", b"a=b&c=marker-word&d=e", X_Marker="1")
    head = whole.index(b"\r\n\r\n") + 4
    for i, cuts in enumerate(((head,), (head, head + 9), (20, head + 12), ())):
        parts = [whole[a:b] for a, b in zip((0, *cuts), (*cuts, len(whole)))]
        c.session(i, CLIENT, SERVER, 41000 + i, 80, [(">", p) for p in parts] + [("<", response())])


SPLIT = 'flow:established,to_server; content:"|4a 52 4d 49 00|"; '


@case("".join(f'alert tcp any any -> any any (msg:"{m}"; {o}{SPLIT}{p}sid:{1840 + i};)\n' for i, (m, o, p) in enumerate((
    ("so far nothing came back", "stream_size:server,<,5; ", ""), ("from the beginning", "stream_size:server,<,5; ", "startswith; "),
    ("what was said", "stream_size:client,<,9; ", ""), ("never", "stream_size:server,>,5; ", ""),
    ("IPv4", "l3_proto:ip4; ", ""), ("never", "l3_proto:ip6; ", "")))))
def stream_size_across_segments(c):
    """A content cut by TCP, beside sizes of the stream and the version of IP."""
    c.session(0, CLIENT, SERVER, 40000, 1099, [(">", b"JR"), (">", b"MI\0\2K"), ("<", b"N\0\0")])


if __name__ == "__main__":
    sys.exit(make.main(sys.argv[1:]))
