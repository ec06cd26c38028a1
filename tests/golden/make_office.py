#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes the golden captures of what a small firm's network does by itself: make_office.py [CASE…];
like make.py. What is ordinary and looks like an attack to somebody who counts: all stay quiet at
alert tier."""
import ipaddress
import random
import struct
import sys

import make
from craft import ACK, PSH, RST, SYN, arp, icmp, ip, mac, tcp, udp

make.CASES.clear()
case = make.case


def answered(c, t, src, dst, sport, dport, hello=b"", ask=b"", rst=False):
    """A check of a port: the handshake, what the service says first, what is asked, the end."""
    c.handshake(t, src, dst, sport, dport)
    if hello:
        c.add(t + .003, tcp(dst, src, dport, sport, ACK | PSH, 5001, 1001, hello))
        c.add(t + .004, tcp(src, dst, sport, dport, ACK, 1001, 5001 + len(hello)))
    if ask:
        c.add(t + .005, tcp(src, dst, sport, dport, ACK | PSH, 1001, 5001 + len(hello), ask))
    c.add(t + .01, tcp(src, dst, sport, dport, (RST if rst else 1) | ACK, 1001 + len(ask), 5001 + len(hello)))


@case()
def office_none_monitoring(c):
    """Thirty hosts, ten ports each, every minute; a port in seven is closed, two hosts are off. Nobody said
    that this host is a monitor."""
    ports = [22, 25, 53, 80, 135, 139, 443, 445, 3389, 5985]
    hello = {22: b"SSH-2.0-OpenSSH_9.2\r\n", 25: b"220 mail ESMTP\r\n"}
    n = 0
    for minute in range(4):
        for h in range(30):
            for k, port in enumerate(ports):
                n += 1
                t, dst, sport = minute * 60 + n % 300 * .18, f"10.1.2.{h + 1}", 20000 + n
                c.add(t - .001, icmp("10.1.0.5", dst, 8, 0, struct.pack("!HH", 1, n))) if k == 0 else None
                if h in (7, 19):
                    c.add(t, tcp("10.1.0.5", dst, sport, port, SYN, 1))
                    continue
                if k == 0:
                    c.add(t, icmp(dst, "10.1.0.5", 0, 0, struct.pack("!HH", 1, n)))
                if (h * 10 + k) % 7 == 3:
                    c.add(t, tcp("10.1.0.5", dst, sport, port, SYN, 1))
                    c.add(t + .001, tcp(dst, "10.1.0.5", port, sport, RST | ACK, 0, 2))
                    continue
                answered(c, t, "10.1.0.5", dst, sport, port, hello.get(port, b""),
                         b"SSH-2.0-check_ssh\r\n" if port == 22 else b"")


@case()
def office_none_update_peers(c):
    """Windows' delivery optimisation: parts of updates from neighbours (7680), who are mostly off."""
    for pc in range(6):
        me = f"10.1.0.{50 + pc}"
        for i in range(24):
            t, peer = pc * 20 + i * .8, f"10.1.{1 + i % 3}.{20 + i}"
            if i % 4 == 0:
                c.session(t, me, peer, 50000 + i, 7680, [(">", b"\x0eSwarm protocol" + bytes(40)), ("<", bytes(900))])
            else:
                c.add(t, tcp(me, peer, 50000 + i, 7680, SYN, 1))
                c.add(t + 1, tcp(me, peer, 50000 + i, 7680, SYN, 1))


@case()
def office_none_video_call(c):
    """Candidates tried (STUN, many ports, most silent), then 30 MB of pictures and sound both ways (the
    frames are larger than real ones, and cut)."""
    c.snaplen = 64
    rnd = random.Random(5)
    me = "10.1.0.31"
    for i in range(40):
        peer = f"203.0.113.{i % 20 + 1}" if i % 2 else f"192.168.{i}.7"
        c.add(i * .05, udp(me, peer, 52000, rnd.randint(10000, 65000), b"\0\1\0\x08\x21\x12\xa4\x42" + bytes(20)))
    for i in range(1500):
        t = 3 + i * .05
        c.add(t, udp(me, "203.0.113.9", 52000, 3480, b"\x80\x60" + struct.pack("!H", i) + bytes(20000)))
        c.add(t + .001, udp("203.0.113.9", me, 3480, 52000, b"\x80\x60" + struct.pack("!H", i) + bytes(22000)))


@case()
def office_none_telephones(c):
    """Twenty telephones register every half minute: refused without proof, then let in."""
    for i in range(20):
        for again in range(4):
            t, me = again * 30 + i * .5, f"10.1.3.{10 + i}"
            for k, (ask, say) in enumerate(((b"", b"401 Unauthorized"), (b"Authorization: Digest\r\n", b"200 OK"))):
                head = f"REGISTER sip:pbx SIP/2.0\r\nCall-ID: {i}\r\nCSeq: {again * 2 + k} REGISTER\r\n".encode()
                c.add(t + k * .02, udp(me, "10.1.0.6", 5060, 5060, head + ask + b"\r\n"))
                c.add(t + k * .02 + .01, udp("10.1.0.6", me, 5060, 5060, b"SIP/2.0 " + say + b"\r\nCall-ID: "
                                             + str(i).encode() + b"\r\n\r\n"))


@case()
def office_none_load_balancer(c):
    """Health checks every two seconds; one server of twelve refuses, one is silent; half-open checks."""
    n = 0
    for beat in range(60):
        for h in range(12):
            n += 1
            t, dst, sport, port = beat * 2 + h * .01, f"10.1.5.{h + 1}", 10000 + n, 8080 if h % 2 else 443
            if h == 3:
                c.add(t, tcp("10.1.5.250", dst, sport, port, SYN, 1))
                c.add(t + .001, tcp(dst, "10.1.5.250", port, sport, RST | ACK, 0, 2))
            elif h == 8:
                c.add(t, tcp("10.1.5.250", dst, sport, port, SYN, 1))
            else:
                answered(c, t, "10.1.5.250", dst, sport, port, rst=True)


@case()
def office_none_discovery(c):
    """Who looks for printers, screens, players and games: to everybody at once, and few answer."""
    every = b"M-SEARCH * HTTP/1.1\r\nHOST: 239.255.255.250:1900\r\nMAN: \"ssdp:discover\"\r\nST: ssdp:all\r\n\r\n"
    probe = b"<?xml version=\"1.0\"?><Envelope><Body><Probe/></Body></Envelope>"
    community = bytes.fromhex("302902010004067075626c6963a01c0204000000010201000201003" "00e300c06082b060102010101000500")
    mdns = b"\0\0\0\0\0\1\0\0\0\0\0\0\x0b_googlecast\x04_tcp\x05local\0\0\x0c\0\1"
    for i in range(25):
        me, t = f"10.1.0.{20 + i}", i * 1.7
        c.add(t, udp(me, "239.255.255.250", 50000 + i, 1900, every))
        c.add(t + .1, udp(me, "239.255.255.250", 51000 + i, 3702, probe))
        c.add(t + .2, udp(me, "10.1.0.255", 52000 + i, 161, community, dmac=b"\xff" * 6))
        c.add(t + .3, udp(me, "224.0.0.251", 5353, 5353, mdns))
        c.add(t + .4, udp(me, "255.255.255.255", 27036, 27036, bytes(60), dmac=b"\xff" * 6))
        for k in range(3):
            c.add(t + .5 + k * .01, udp(f"10.1.0.{200 + k}", me, 1900, 50000 + i, b"HTTP/1.1 200 OK\r\n\r\n"))
    for i in range(60):  # and who wakes them: a magic packet each
        target = mac(f"10.1.0.{20 + i}")
        c.add(50 + i * .1, udp("10.1.0.5", "10.1.0.255", 40000, 9, b"\xff" * 6 + target * 16, dmac=b"\xff" * 6))


def icmp6(src, dst, kind, body, **kw):
    return ip(src, dst, 58, struct.pack("!BBH", kind, 0, 0) + body, ttl=255, **kw)


@case()
def office_none_addresses_change(c):
    """Temporary addresses of IPv6 come and go, each asked for first; the router still looks for the old ones.
    Leases of IPv4 change hands, after a probe."""
    packed = lambda a: ipaddress.ip_address(a).packed
    n = 0
    for hour in range(5):
        for h in range(30):
            n += 1
            new, old, t = f"2a0c:77::{hour + 1:x}:{h + 1:x}", f"2a0c:77::{hour:x}:{h + 1:x}", hour * 600 + h * 2
            who = mac(f"10.1.0.{20 + h}")
            c.add(t, icmp6("::", f"ff02::1:ff00:{h + 1:x}", 135, bytes(4) + packed(new), smac=who))
            c.add(t + 1, icmp6(new, "ff02::1", 136, b"\x20\0\0\0" + packed(new) + b"\2\1" + who, smac=who))
            if hour and h % 3 == 0:
                for again in range(3):
                    c.add(t + 1.2 + again, icmp6("fe80::1", f"ff02::1:ff00:{h + 1:x}", 135, bytes(4) + packed(old)
                                                 + b"\1\1" + mac("10.1.0.1"), smac=mac("10.1.0.1")))
            lease = f"10.1.4.{(hour * 7 + h) % 60 + 10}"
            for again in range(2):
                c.add(t + 2 + again, arp(1, "0.0.0.0", lease, who))
            c.add(t + 5, arp(1, lease, lease, who))


@case()
def office_none_peer_to_peer(c):
    """A client of BitTorrent: three hundred peers by UDP and TCP at ports of their own, most of them gone."""
    rnd = random.Random(6)
    me = "10.1.0.40"
    for i in range(300):
        t, peer, port = i * .3, f"{rnd.randint(60, 190)}.{i % 250}.{rnd.randint(1, 250)}.9", rnd.randint(1025, 65000)
        c.add(t, udp(me, peer, 6881, port, b"d1:ad2:id20:" + bytes(20) + b"e1:q4:ping1:t2:aa1:y1:qe"))
        if i % 3 == 0:
            c.add(t + .1, udp(peer, me, port, 6881, b"d1:rd2:id20:" + bytes(20) + b"e1:t2:aa1:y1:re"))
        c.add(t + .2, tcp(me, peer, 40000 + i, port, SYN, 1))
        if i % 5 == 0:
            c.session(t + .25, me, peer, 45000 + i, port, [(">", b"\x13BitTorrent protocol" + bytes(48)),
                                                         ("<", b"\x13BitTorrent protocol" + bytes(600))])


if __name__ == "__main__":
    make.main(sys.argv[1:])
