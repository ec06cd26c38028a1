#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes the golden captures: make.py [CASE…]. The same bytes at every run, so a case may be made
again at any time; `expected` is written by run.py --update and read by a person before it is
committed."""
import pathlib
import struct
import sys

from craft import (ACK, PSH, RST, SYN, Capture, arp, ether, icmp, ip, mac, tcp, udp,
                   unreachable)

here = pathlib.Path(__file__).resolve().parent
CASES = {}


def case(rules="", args="", fields=""):
    def take(make):
        CASES[make.__name__.replace("_", "-")] = (make, rules, args, fields)
        return make
    return take


def office(c, t=0.0, n=20):
    """Ordinary work: a name asked, a page fetched, a file read."""
    for i in range(n):
        at = t + i * .7
        client = f"10.1.0.{20 + i % 6}"
        c.add(at, udp(client, "10.1.0.2", 40000 + i, 53, b"\x00\x01\x01\x00\x00\x01" + bytes(6)))
        c.add(at + .01, udp("10.1.0.2", client, 53, 40000 + i, b"\x00\x01\x81\x80" + bytes(40)))
        c.session(at + .02, client, "10.1.0.9" if i % 3 else "203.0.113.80", 50000 + i,
                  445 if i % 3 else 80, [(">", b"GET / HTTP/1.1\r\n\r\n"), ("<", b"x" * 900)])


@case()
def scan_sweep_syn(c):
    """One host asks 40 others for SSH; most are not there, some refuse. Ordinary work around it."""
    office(c)
    for i in range(40):
        t = 3 + i * .05
        dst = f"10.1.1.{i + 1}"
        c.add(t, tcp("10.1.0.66", dst, 41000 + i, 22, SYN, 7))
        if i % 4 == 0:
            c.add(t + .002, tcp(dst, "10.1.0.66", 22, 41000 + i, RST | ACK, 0, 8))


@case()
def scan_sweep_arp(c):
    """A sweep of the own segment is ARP: who-has for addresses that nobody has."""
    office(c)
    for i in range(60):
        c.add(3 + i * .02, arp(1, "10.1.0.66", f"10.1.0.{100 + i}"))


@case()
def scan_ports_one_host(c):
    """Many ports of one host, refused one by one."""
    office(c)
    for i, port in enumerate([21, 22, 23, 25, 80, 110, 111, 135, 139, 143, 389, 443, 445, 993, 995,
                              1433, 3306, 3389, 5432, 5900, 5985, 8080]):
        c.add(3 + i * .02, tcp("10.1.0.66", "10.1.0.9", 42000 + i, port, SYN, 7))
        c.add(3.001 + i * .02, tcp("10.1.0.9", "10.1.0.66", port, 42000 + i, RST | ACK, 0, 8))


@case()
def scan_sweep_unreachable(c):
    """A sweep across a router that says host unreachable."""
    office(c)
    for i in range(30):
        syn = tcp("10.1.0.66", f"10.9.0.{i + 1}", 43000 + i, 3389, SYN, 7)
        c.add(3 + i * .1, syn)
        c.add(3.01 + i * .1, unreachable("10.1.0.1", syn))


@case()
def scan_none_in_an_office(c):
    """Two minutes of ordinary work: nothing to say."""
    office(c, n=150)


@case()
def scan_slow(c):
    """One host tries a file service of ours every 20 minutes, behind a router; another asks ARP for an address
    nobody has every ten. Below six an hour: findings. A third has twelve ports of one dead server in a list."""
    for hour in range(7):
        office(c, hour * 3600, n=30)
    for i in range(16):
        t = 60 + i * 1200
        c.add(t, tcp("10.1.0.66", f"10.7.{i % 3}.{i * 13 % 200 + 1}", 41000 + i, 445, SYN, 7))
        if i % 5 == 4:
            c.session(t + 5, "10.1.0.66", f"10.7.{i % 3}.{i * 13 % 200 + 2}", 42000 + i, 445, [(">", b"\0"), ("<", b"\0")])
    for i in range(34):
        c.add(30 + i * 700, arp(1, "10.1.0.67", f"10.1.0.{100 + i * 7 % 150}"))
    for i in range(12):
        c.add(90 + i * 1500, tcp("10.1.0.68", "10.1.0.200", 43000 + i, 8000 + i, SYN, 7))


@case()
def scan_none_slow(c):
    """A day of misses that are ordinary: pages far away that are gone, eight servers that are no more, neighbours
    that programs look for, a backup server whose machines are mostly off at night but were on before."""
    for hour in range(12):
        office(c, hour * 3600, n=20)
        for i in range(6):
            t = hour * 3600 + 100 + i * 500
            c.add(t, tcp("10.1.0.30", f"203.0.{hour + 1}.{i + 1}", 42000 + hour * 10 + i, 443, SYN, 7))
            c.add(t + 20, tcp("10.1.0.31", f"10.1.2.{(hour * 6 + i) % 8 + 1}", 43000 + hour * 10 + i, 445, SYN, 7))
            c.add(t + 40, tcp("10.1.0.32", f"10.1.3.{hour * 6 + i + 1}", 44000 + hour * 10 + i, 7680, SYN, 7))
            machine = f"10.1.4.{(hour * 6 + i) % 36 + 1}"
            if hour < 6 and i:
                c.session(t + 60, "10.1.0.33", machine, 45000 + hour * 10 + i, 445, [(">", b"\0"), ("<", b"\0")])
            else:
                c.add(t + 60, tcp("10.1.0.33", machine, 45000 + hour * 10 + i, 445, SYN, 7))


@case()
def scan_none_backscatter(c):
    """SYN-ACKs from a server that somebody floods under our addresses; ours answer RST."""
    for i in range(200):
        ours = f"10.1.{i % 4}.{i % 200 + 1}"
        c.add(i * .3, tcp("198.51.100.7", ours, 80, 20000 + i, SYN | ACK, 99, 55))
        c.add(i * .3 + .001, tcp(ours, "198.51.100.7", 20000 + i, 80, RST, 55))


@case()
def scan_none_one_way_mirror(c):
    """The mirror shows only what clients send: their ACKs prove that the handshakes went well."""
    for i in range(60):
        src, dst = "10.1.0.30", f"203.0.113.{i + 1}"
        c.add(i * .5, tcp(src, dst, 30000 + i, 443, SYN, 7))
        c.add(i * .5 + .02, tcp(src, dst, 30000 + i, 443, ACK, 8, 1))
        c.add(i * .5 + .03, tcp(src, dst, 30000 + i, 443, ACK | PSH, 8, 1, b"hello"))


RULE_SPLIT = ('alert tcp any any -> any 80 (msg:"two words far apart"; flow:to_server,established; '
              'content:"alpha-word"; content:"omega-word"; distance:4; sid:100; rev:1;)\n')


@case(RULE_SPLIT)
def stream_split(c):
    """The words lie across segments, cut inside."""
    c.session(0, "10.1.0.20", "10.1.0.9", 50000, 80,
              [(">", b"xx alpha-w"), (">", b"ord and then om"), (">", b"ega-word yy")])


@case(RULE_SPLIT)
def stream_out_of_order(c):
    """Segments swapped and repeated: the stream is the same."""
    c.handshake(0, "10.1.0.20", "10.1.0.9", 50000, 80)
    data = b"xx alpha-word and then omega-word yy"
    for t, a, b in ((.01, 20, 36), (.02, 8, 20), (.03, 8, 20), (.04, 0, 8)):
        c.add(t, tcp("10.1.0.20", "10.1.0.9", 50000, 80, ACK | PSH, 1001 + a, 5001, data[a:b]))
    c.add(.05, tcp("10.1.0.9", "10.1.0.20", 80, 50000, ACK, 5001, 1001 + len(data)))


@case(RULE_SPLIT)
def stream_gap(c):
    """The middle was never seen: the words do not meet across the hole."""
    c.handshake(0, "10.1.0.20", "10.1.0.9", 50000, 80)
    c.add(.01, tcp("10.1.0.20", "10.1.0.9", 50000, 80, ACK | PSH, 1001, 5001, b"xx alpha-word "))
    c.add(.02, tcp("10.1.0.20", "10.1.0.9", 50000, 80, ACK | PSH, 1515, 5001, b"and omega-word"))
    c.add(.03, tcp("10.1.0.9", "10.1.0.20", 80, 50000, ACK, 5001, 1529))
    c.add(.04, tcp("10.1.0.20", "10.1.0.9", 50000, 80, ACK | PSH, 1529, 5001, b" more of it"))


@case(RULE_SPLIT, args="--set rule.midstream=yes\n")
def stream_midstream(c):
    """Picked up in the middle, no handshake seen."""
    c.add(0, tcp("10.1.0.20", "10.1.0.9", 50000, 80, ACK | PSH, 9001, 1, b"xx alpha-word and "))
    c.add(.01, tcp("10.1.0.9", "10.1.0.20", 80, 50000, ACK, 1, 9019))
    c.add(.02, tcp("10.1.0.20", "10.1.0.9", 50000, 80, ACK | PSH, 9019, 1, b"omega-word"))
    c.add(.03, tcp("10.1.0.9", "10.1.0.20", 80, 50000, ACK, 1, 9029))


@case('alert http any any -> any any (msg:"uri"; flow:to_server; http.uri; content:"/evil"; sid:18;)\n'
      'alert http any any -> any any (msg:"answer"; flow:to_client; http.stat_code; content:"200"; sid:19;)\n'
      'alert tcp any any -> any 50000 (msg:"split"; flow:to_server; content:"GET"; content:"evil"; sid:20;)\n'
      'alert tcp any 50000 -> any any (msg:"back"; flow:to_client; content:"body"; sid:21;)\n',
      args="--set rule.midstream=yes\n")
def stream_turned(c):
    """A client with a low port, a server with a high one, and a mirror that shows the request's first
    half before the SYN-ACK: who is who is told after the first payload."""
    client, server = "10.1.0.20", "10.1.0.9"
    request = b"GET /evil HTTP/1.1\r\nHost: www.example.org\r\n\r\n"
    reply = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nbody"

    def out(t, at, data, flags=ACK | PSH):
        c.add(t, tcp(client, server, 2000, 50000, flags, 1001 + at, 9001, data))

    out(.01, 0, request[:7])
    c.add(.011, tcp(server, client, 50000, 2000, SYN | ACK, 9000, 1001))
    out(.02, 7, request[7:])
    c.add(.03, tcp(server, client, 50000, 2000, ACK | PSH, 9001, 1001 + len(request), reply))
    out(.04, len(request), b"", ACK)


@case(RULE_SPLIT + 'alert tcp any any -> any 80 (msg:"one packet"; content:"omega-word"; sid:99; rev:1;)\n')
def stream_midstream_file(c):
    """The same from a file as it is read by default: its packets alone, and nothing established."""
    stream_midstream(c)


@case('alert tcp any any -> any any (msg:"in a tag"; content:"tagged-needle"; sid:101; rev:1;)\n')
def vlan_and_qinq(c):
    """One and two tags; both directions in the same VLAN."""
    c.session(0, "10.1.0.20", "10.1.0.9", 50000, 80, [(">", b"tagged-needle")], vlans=(10,))
    c.session(1, "10.1.0.21", "10.1.0.9", 50001, 80, [(">", b"tagged-needle")], vlans=(10, 20))


@case('alert udp any any -> any 9999 (msg:"six"; content:"six-needle"; sid:102; rev:1;)\n'
      'alert udp any any -> any 9999 (msg:"size"; dsize:>20; sid:103; rev:1;)\n')
def ipv6_udp(c):
    c.add(0, udp("fd00::1", "fd00::2", 1234, 9999, b"..six-needle.."))
    c.add(1, udp("fd00::1", "fd00::2", 1234, 9999, b"-" * 21))


@case('alert icmp any any -> any any (msg:"echo"; itype:8; threshold: type limit, track by_src, '
      'count 1, seconds 60; sid:104; rev:1;)\n'
      'alert icmp any any -> any any (msg:"every third"; itype:8; threshold: type threshold, '
      'track by_dst, count 3, seconds 60; sid:105; rev:1;)\n'
      'alert icmp any any -> any any (msg:"once after three"; itype:8; threshold: type both, '
      'track by_src, count 3, seconds 60; sid:106; rev:1;)\n')
def thresholds(c):
    """Echo requests, 7 in 7 s, then 7 more two minutes later."""
    for i in range(14):
        c.add(i if i < 7 else 120 + i, icmp("10.1.0.20", "10.1.0.9", 8, 0, b"\0\1" + bytes([0, i])))


@case('alert tcp any any -> any any (msg:"xmas"; flags:FPU; sid:107; rev:1;)\n'
      'alert tcp any any -> any any (msg:"low ttl"; ttl:<3; flags:S; sid:108; rev:1;)\n')
def flags_and_ttl(c):
    c.add(0, tcp("10.1.0.20", "10.1.0.9", 50000, 80, 0x29, 5))
    c.add(1, tcp("10.1.0.20", "10.1.0.9", 50001, 80, SYN, 5, ttl=2))
    c.add(2, tcp("10.1.0.20", "10.1.0.9", 50002, 80, SYN, 5, ttl=3))


@case('alert udp any any -> any 9999 (msg:"first step"; content:"step one"; '
      'xbits:set,step,track ip_src,expire 10; noalert; sid:160; rev:1;)\n'
      'alert udp any any -> any 9999 (msg:"second step within ten seconds"; content:"step two"; '
      'xbits:isset,step,track ip_src; sid:159; rev:1;)\n'
      'alert udp any any -> any 9999 (msg:"second step out of nowhere"; content:"step two"; '
      'xbits:isnotset,step,track ip_src; sid:161; rev:1;)\n'
      'alert udp any any -> any 9999 (msg:"answers the host that stepped"; content:"hello"; '
      'hostbits:isset,step,dst; sid:162; rev:1;)\n'
      'alert udp any any -> any 9999 (msg:"the pair again"; content:"pair"; '
      'xbits:isset,p,track ip_pair; xbits:unset,p,track ip_pair; sid:163; rev:1;)\n'
      'alert udp any any -> any 9999 (content:"bind"; xbits:set,p,track ip_pair; noalert; sid:164;)\n')
def xbits(c):
    """Bits that hosts carry from flow to flow, over workers: to many servers, by many clients."""
    n = 0

    def say(t, a, b, what):
        nonlocal n
        n += 1
        c.add(t, udp(f"10.1.0.{a}", f"10.1.0.{b}", 40000 + n, 9999, what))
    for a in range(20, 24):
        say(a, a, 9, b"step two")            # 161
        say(a + .1, a, 7, b"step one")
        say(a + .2, a, 8, b"step two")       # 159
        say(a + .3, 9, a, b"hello")          # 162
        say(a + 10.2, a, 6, b"step two")     # 159: the last second
        say(a + 11.2, a, 5, b"step two")     # 161: over
    say(60, 30, 31, b"bind")
    say(61, 31, 30, b"pair")                 # 163
    say(62, 30, 31, b"pair")                 # unset by the one before
    say(63, 32, 9, b"step one, step two")    # 159: set before asked in one packet


@case('alert udp any any -> any 9999 (content:"bad"; flowint:bad,+,1; noalert; sid:165;)\n'
      'alert udp any any -> any 9999 (msg:"three bad ones in a conversation"; content:"bad"; '
      'flowint:bad,==,3; sid:166; rev:1;)\n'
      'alert udp any any -> any 9999 (msg:"one byte more than it says"; content:"len "; '
      'byte_math:bytes 1, offset 0, oper +, rvalue 6, result end, relative, string dec; '
      'isdataat:end; sid:167; rev:1;)\n')
def flowint_and_math(c):
    """A counter in a conversation; a length that a packet names and does not keep."""
    for i in range(8):
        c.add(i, udp("10.1.0.20", "10.1.0.9", 40000 + i % 2, 9999, b"bad"))
    c.add(9, udp("10.1.0.20", "10.1.0.9", 40003, 9999, b"len 3:abc"))
    c.add(10, udp("10.1.0.20", "10.1.0.9", 40003, 9999, b"len 3:abcd"))


def bare(frame):
    """The packet inside an Ethernet frame of ip(), without padding."""
    packet = frame[14:]
    size = (int.from_bytes(packet[2:4], "big") if packet[0] >> 4 == 4
            else 40 + int.from_bytes(packet[4:6], "big"))
    return packet[:size]


def inner(n, data=b"inner-needle"):
    return udp(f"10.9.0.{n}", "10.9.1.1", 40000 + n, 9999, data)


INNER = 'alert udp 10.9.0.0/16 any -> 10.9.1.1 9999 (msg:"inside"; content:"inner-needle"; sid:%d; rev:1;)\n'
OUTER = 'alert ip 192.0.2.1 any -> 192.0.2.2 any (msg:"outside"; sid:%d; rev:1;)\n'
A, B = "192.0.2.1", "192.0.2.2"


@case(INNER % 110 + OUTER % 111)
def tunnel_gre(c):
    """IP, IPv6 and Ethernet in GRE, with key and sequence; source routing is not looked through."""
    c.add(0, ip(A, B, 47, b"\0\0\x08\0" + bare(inner(1))))
    c.add(1, ip(A, B, 47, b"\x30\0\x65\x58" + bytes(8) + inner(2)))
    c.add(2, ip("fd00::1", "fd00::2", 47, b"\x20\0\x08\0" + bytes(4) + bare(inner(3))))
    c.add(3, ip(A, B, 47, b"\x40\0\x08\0" + bytes(4) + bare(inner(4))))


@case(INNER % 112 + OUTER % 113)
def tunnel_vxlan_geneve(c):
    """Frames in UDP; on another port, or without VXLAN's flag, they are payload."""
    vxlan = b"\x08\0\0\0\0\0\x01\0"
    c.add(0, udp(A, B, 50000, 4789, vxlan + inner(1)))
    c.add(1, udp(A, B, 50000, 6081, b"\x01\0\x65\x58\0\0\x01\0" + bytes(4) + inner(2)))
    c.add(2, udp(A, B, 50000, 4790, vxlan + inner(3)))
    c.add(3, udp(A, B, 50000, 4789, bytes(8) + inner(4)))


@case(INNER % 114)
def tunnel_erspan(c):
    """Mirrored frames, types I, II and III; type III's VLAN is put back."""
    c.add(0, ip(A, B, 47, b"\0\0\x88\xbe" + inner(1)))
    c.add(1, ip(A, B, 47, b"\x10\0\x88\xbe\0\0\0\x01\x10\x64\0\x01" + bytes(4) + inner(2)))
    c.add(2, ip(A, B, 47, b"\x10\0\x22\xeb\0\0\0\x02\x20\x65\0\x01" + bytes(8) + inner(3)))


@case(INNER % 115 + OUTER % 116)
def tunnel_mpls_ipip(c):
    """Labels, a pseudo-wire, IP in IP, 6in4; the last has a broken inside and stays what it is."""
    label = bytes.fromhex("0001004000020140")
    c.add(0, ether(mac(B), mac(A), 0x8847, label + bare(inner(1))))
    c.add(1, ether(mac(B), mac(A), 0x8847, label + bytes(4) + inner(2)))
    c.add(2, ip(A, B, 4, bare(inner(3))))
    c.add(3, ip(A, B, 41, bare(udp("fd00::9", "fd00::1", 1, 9999, b"inner-needle"))))
    c.add(4, ip(A, B, 4, bare(inner(4))[:30]))


def pieces(payload, size):
    return [(at, payload[at:at + size], at + size < len(payload))
            for at in range(0, len(payload), size)]


def fragment4(src, dst, proto, ident, at, data, more):
    return ip(src, dst, proto, data, ident=ident, flags=(0x2000 if more else 0) | at // 8)


def fragment6(src, dst, proto, ident, at, data, more):
    return ip(src, dst, 44, bytes([proto, 0]) + struct.pack("!HI", at | more, ident) + data)


def datagram(data, dport=9999):
    return struct.pack("!HHHH", 1234, dport, 8 + len(data), 0) + data


SPAN = ('alert udp any any -> any 9999 (msg:"across"; content:"alpha-word"; content:"omega-word"; '
        'sid:%d; rev:1;)\n')


@case(SPAN % 117)
def fragments(c):
    """Words across fragments: in order, backwards, one lost, repeated; over both versions of IP."""
    text = datagram(b"..alpha-word and then omega-word..")
    for n, order in enumerate(([0, 1, 2], [2, 1, 0], [0, 2], [1, 1, 0, 0, 2])):
        for k, i in enumerate(order):
            at, data, more = pieces(text, 16)[i]
            c.add(n + k * .01, fragment4(f"10.1.0.{n}", "10.1.0.9", 17, 7, at, data, more))
            c.add(n + k * .01 + .005,
                  fragment6(f"fd00::{n + 1}", "fd00::9", 17, 7, at, data, more))


@case(SPAN % 118)
def fragments_overlap(c):
    """Bytes sent twice: BSD takes the earlier part but for what begins before it. IPv6 takes none."""
    good = datagram(b"..alpha-word and then omega-word..")
    bad = good[:8] + b"-" * (len(good) - 8)
    for n, (first, second) in enumerate(((good, bad), (bad, good))):
        for k, (at, data, more) in enumerate([(0, first[:24], True), (8, second[8:24], True),
                                              (24, good[24:], False)]):
            c.add(n + k * .01, fragment4(f"10.1.0.{n}", "10.1.0.9", 17, 7, at, data, more))
            c.add(n + k * .01 + .005,
                  fragment6(f"fd00::{n + 1}", "fd00::9", 17, 7, at, data, more))


@case(SPAN % 118, args="--set flow.frag_policy=last\n")
def fragments_overlap_last(c):
    """The same, for hosts that take the later bytes."""
    fragments_overlap(c)


@case(SPAN % 119)
def fragments_of_a_tunnel(c):
    """VXLAN over a path too narrow for it."""
    frame = udp("10.9.0.1", "10.9.1.1", 40000, 9999, b"..alpha-word and then omega-word..")
    text = datagram(b"\x08\0\0\0\0\0\x01\0" + frame, 4789)
    for k, (at, data, more) in enumerate(pieces(text, 40)):
        c.add(k * .01, fragment4(A, B, 17, 9, at, data, more))


BIG = 60_000  # bytes of payload in a frame as a host's offload engine makes them; written short


def push(c, t, src, dst, sport, dport, total, up=True, every=.01):
    """One connection that carries `total` bytes to the server (or from it)."""
    c.snaplen = 96
    c.handshake(t, src, dst, sport, dport)
    cseq, sseq = 1001, 5001
    for i in range(total // BIG):
        at = t + .01 + i * every
        if up:
            c.add(at, tcp(src, dst, sport, dport, ACK, cseq, sseq, bytes(BIG)))
            cseq += BIG
            c.add(at + .001, tcp(dst, src, dport, sport, ACK, sseq, cseq))
        else:
            c.add(at, tcp(dst, src, dport, sport, ACK, sseq, cseq, bytes(BIG)))
            sseq += BIG
            c.add(at + .001, tcp(src, dst, sport, dport, ACK, cseq, sseq))


@case()
def upload_new_network(c):
    """36 MB to a network that nobody here ever talked to."""
    office(c)
    push(c, 3, "10.1.0.66", "198.51.100.9", 41000, 443, 36_000_000)


@case()
def upload_many_small(c):
    """The same in eighty connections of 480 kB."""
    office(c)
    for i in range(80):
        push(c, 3 + i * .2, "10.1.0.66", "198.51.100.9", 41000 + i, 443, 480_000)
        c.add(3.15 + i * .2, tcp("10.1.0.66", "198.51.100.9", 41000 + i, 443, RST | ACK, 481001, 1))


@case()
def upload_pulled_from_outside(c):
    """An outsider fetches 36 MB from a host of ours: a finding, for many servers do just that."""
    office(c)
    push(c, 3, "198.51.100.9", "10.1.0.66", 41000, 22, 36_000_000, up=False)


@case()
def upload_none_download(c):
    """36 MB come in."""
    office(c)
    push(c, 3, "10.1.0.66", "198.51.100.9", 41000, 443, 36_000_000, up=False)


@case()
def upload_none_inside(c):
    """36 MB to a server of ours."""
    office(c)
    push(c, 3, "10.1.0.66", "10.1.0.9", 41000, 445, 36_000_000)


@case()
def upload_none_used_by_all(c):
    """36 MB to a network that three others of us use."""
    office(c)
    for i in range(3):
        c.session(1 + i, f"10.1.0.{70 + i}", "198.51.100.7", 52000, 443, [(">", b"x"), ("<", b"y")])
    push(c, 10, "10.1.0.66", "198.51.100.9", 41000, 443, 36_000_000)


@case()
def upload_none_below_the_floor(c):
    """20 MB."""
    push(c, 3, "10.1.0.66", "198.51.100.9", 41000, 443, 20_000_000)


@case(args="--set assets=10.1.0.66=backup\n")
def upload_by_a_backup_server(c):
    """Its work: a finding."""
    push(c, 3, "10.1.0.66", "198.51.100.9", 41000, 443, 36_000_000)


@case()
def upload_what_was_fetched(c):
    """20 MB read from the file server, and 12 MB of it, packed, sent to a network that nobody here ever talked to:
    below the floor of 301, but the one follows from the other."""
    office(c)
    push(c, 3, "10.1.0.66", "10.1.0.9", 41000, 445, 20_000_000, up=False)
    push(c, 60, "10.1.0.66", "198.51.100.9", 41001, 443, 12_600_000)


@case()
def upload_none_more_than_was_fetched(c):
    """The host fetched five times as much as it sends."""
    push(c, 3, "10.1.0.66", "10.1.0.9", 41000, 445, 63_000_000, up=False)
    push(c, 60, "10.1.0.66", "198.51.100.9", 41001, 443, 12_600_000)


def administer(c, n, src="10.1.0.66", step=2.0):
    office(c)
    for i in range(n):
        c.session(3 + i * step, src, f"10.1.2.{i + 1}", 43000 + i, 445 if i % 2 else 5985,
                  [(">", b"\0\0\0\x44\xfeSMB"), ("<", b"\0\0\0\x44\xfeSMB")])


@case()
def fanout_many_hosts(c):
    """One host reaches twelve others on SMB and WinRM within half a minute; all answer."""
    administer(c, 12)


@case()
def fanout_none_nine(c):
    """Nine: below the floor."""
    administer(c, 9)


@case()
def fanout_none_slowly(c):
    """Twelve, one in three minutes."""
    administer(c, 12, step=180)


@case(args="--set assets=10.1.0.66=jump\n")
def fanout_from_a_jump_host(c):
    """Its work: a finding."""
    administer(c, 12)


@case()
def fanout_chain_unlearnt(c):
    """A to B, B to C: in a graph that has just begun, a finding."""
    office(c)
    c.session(5, "10.1.0.66", "10.1.2.1", 43000, 3389, [(">", b"x"), ("<", b"y")])
    c.session(65, "10.1.2.1", "10.1.3.1", 43001, 22, [(">", b"x"), ("<", b"y")])


@case()
def fanout_none_one_file_server(c):
    """Fifteen clients, one file server."""
    for i in range(15):
        c.session(3 + i, f"10.1.0.{20 + i}", "10.1.0.9", 43000 + i, 445, [(">", b"x"), ("<", b"y")])


def hold(c, src, dst, hours):
    c.handshake(0, src, dst, 44000, 443)
    for i in range(int(hours * 12)):
        c.add(5 + i * 300, tcp(src, dst, 44000, 443, ACK | PSH, 1001 + i, 5001 + i, b"k"))
        c.add(5.1 + i * 300, tcp(dst, src, 443, 44000, ACK | PSH, 5001 + i, 1002 + i, b"k"))


@case()
def long_rare_network(c):
    """Five hours open to a network that only one of us uses: told at one hour and at four."""
    hold(c, "10.1.0.66", "198.51.100.9", 5.2)


@case()
def long_none_common_network(c):
    """Two of us use it."""
    c.session(1, "10.1.0.20", "198.51.100.8", 52000, 443, [(">", b"x"), ("<", b"y")])
    hold(c, "10.1.0.66", "198.51.100.9", 5.2)


@case()
def long_none_inside(c):
    """A session between two of ours."""
    hold(c, "10.1.0.66", "10.1.0.9", 5.2)


def spray(c, src, dst, dport, n, answers=False):
    c.snaplen = 96
    for i in range(n):
        c.add(3 + i / 6000, udp(src, dst, 45000, dport, bytes(BIG)))
        if answers and i % 10 == 0:
            c.add(3 + i / 6000 + .00001, udp(dst, src, dport, 45000, bytes(40)))


@case()
def flood_from_ours(c):
    """6000 large datagrams a second to the outside, nothing back."""
    spray(c, "10.1.0.66", "198.51.100.9", 9000, 300)


@case()
def flood_on_ours(c):
    """The same, the other way round."""
    spray(c, "198.51.100.9", "10.1.0.9", 9000, 300)


@case()
def flood_none_answered(c):
    """QUIC at the same rate: one in ten is answered."""
    spray(c, "10.1.0.66", "198.51.100.9", 443, 300, answers=True)


@case()
def flood_amplifier(c):
    """A forgotten memcached of ours answers small questions with 60 kB each."""
    c.snaplen = 96
    for i in range(200):
        c.add(i * .05, udp("198.51.100.9", "10.1.0.9", 45000, 11211, bytes(15)))
        c.add(i * .05 + .01, udp("10.1.0.9", "198.51.100.9", 11211, 45000, bytes(BIG)))


@case()
def flood_syn(c):
    """Three thousand SYNs in four seconds from as many addresses to a port that stays silent."""
    for i in range(3000):
        c.add(i / 750, tcp(f"198.51.{i // 250}.{i % 250 + 1}", "10.1.0.9", 40000, 80, SYN, 7))
    c.add(8, udp("10.1.0.20", "10.1.0.2", 40000, 53, bytes(20)))


@case()
def mirror_answers_vanish(c):
    """160 handshakes whole, then 160 without their SYN-ACK: a direction of the mirror is gone."""
    for i in range(320):
        src, dst = f"10.1.0.{20 + i % 10}", f"203.0.{i % 8}.{i // 8 + 1}"
        c.add(i * .2, tcp(src, dst, 30000 + i, 443, SYN, 7))
        if i < 160:
            c.add(i * .2 + .01, tcp(dst, src, 443, 30000 + i, SYN | ACK, 9, 8))
        c.add(i * .2 + .02, tcp(src, dst, 30000 + i, 443, ACK, 8, 10))


@case()
def mirror_always_one_way(c):
    """Never an answer: a finding, for nothing has changed."""
    for i in range(160):
        src, dst = f"10.1.0.{20 + i % 10}", f"203.0.{i % 8}.{i // 8 + 1}"
        c.add(i * .2, tcp(src, dst, 30000 + i, 443, SYN, 7))
        c.add(i * .2 + .02, tcp(src, dst, 30000 + i, 443, ACK, 8, 10))


@case()
def scan_sweep_arp_at_the_end(c):
    """A sweep of half a second with which the capture ends."""
    office(c)
    for i in range(30):
        c.add(18 + i * .01, arp(1, "10.1.0.66", f"10.1.0.{100 + i}"))


HTTP = 'alert http any any -> any any (msg:"%s"; %s sid:%d; rev:1;)\n'


@case(HTTP % ("two buffers", 'flow:established,to_server; http.method; content:"POST"; http.uri; '
              'content:"/login.php"; startswith; content:"id="; distance:1;', 9001)
      + HTTP % ("a body that comes later", 'http.uri; content:"/login"; http.request_body; '
                'content:"user="; startswith; content:"pw="; distance:3;', 9002)
      + HTTP % ("transforms", 'http.user_agent; strip_whitespace; to_lowercase; '
                'content:"oddagent"; bsize:8;', 9003)
      + HTTP % ("the old words", 'content:"/login.php"; http_uri; content:"Odd"; http_user_agent; '
                'urilen:15; pcre:"/id=\\d$/U";', 9004)
      + HTTP % ("no cookie", 'http.cookie; absent; http.method; content:"POST";', 9005)
      + HTTP % ("a name below ours", 'http.host; dotprefix; content:".example.org"; endswith;', 9006)
      + HTTP % ("what base64 hides", 'http.request_body; content:"data="; base64_decode:relative; '
                'base64_data; content:"secret"; startswith;', 9007)
      + HTTP % ("the answer to it", 'flow:to_client; flowbits:isset,posted; http.stat_code; '
                'content:"302"; http.location; content:"/home"; startswith;', 9008)
      + HTTP % ("remembered", 'http.method; content:"POST"; flowbits:set,posted; noalert;', 9009)
      + HTTP % ("another page", 'http.uri; content:"/logout"; http.method; content:"POST";', 9010)
      + 'alert http any any => any any (msg:"both sides"; http.uri; content:"/login"; '
        'http.stat_code; content:"302"; sid:9011; rev:1;)\n'
      + 'alert tcp any any -> any any (msg:"what it speaks"; app-layer-protocol:http; sid:9012; '
        'rev:1;)\n')
def rules_on_transactions(c):
    """A form is sent, in segments cut anywhere, and a page asked for in the same connection."""
    body = b"user=me&pw=123&data=c2VjcmV0Cg=="
    post = (b"POST /login.php?id=7 HTTP/1.1\r\nHost: www.example.org\r\nUser-Agent: Odd Agent\r\n"
            b"Content-Length: %d\r\n\r\n" % len(body)) + body
    get = b"GET /home HTTP/1.1\r\nHost: www.example.org\r\nCookie: s=1\r\n\r\n"
    found = b"HTTP/1.1 302 Found\r\nLocation: /home\r\nContent-Length: 0\r\n\r\n"
    page = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"
    talk = [(">", p) for _, p, _ in pieces(post, 24)] + [("<", found), (">", get), ("<", page)]
    c.session(0, "10.1.0.20", "10.1.0.9", 50000, 80, talk)
    c.session(1, "10.1.0.21", "10.1.0.9", 50001, 8080, [(">", post), ("<", found)])
    c.session(2, "10.1.0.22", "10.1.0.9", 50002, 80, [(">", get), ("<", page)])


def main(names):
    for name, (make, rules, args, fields) in CASES.items():
        if names and name not in names:
            continue
        folder = here / name
        folder.mkdir(exist_ok=True)
        capture = Capture()
        make(capture)
        capture.write(folder / "input.pcap")
        if rules:
            (folder / "test.rules").write_text(rules)
        if args:
            (folder / "args").write_text(args)
        if fields:
            (folder / "fields").write_text(fields + "\n")
        (folder / "what").write_text((make.__doc__ or name).strip() + "\n")
        print(name, len(capture.frames), "frames")


if __name__ == "__main__":
    main(sys.argv[1:])
