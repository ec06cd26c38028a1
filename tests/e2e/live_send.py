#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Sends crafted frames on an interface and says how many.

live_send.py IFACE KIND COUNT

flows: UDP between changing pairs of hosts, both ways, with changing ports: a hash by flow and one by
hosts differ. errors: every second frame is an ICMP error about the one before. copies: each frame
twice, with another MAC and TTL. mixed: IPv4, IPv6, VLAN tags, ARP.
"""
import socket
import struct
import sys

SOL_PACKET, PACKET_QDISC_BYPASS = 263, 20
MACS = bytes.fromhex("020000000002020000000001")


def total(data):
    s = sum(struct.unpack(f">{len(data) // 2}H", data))
    while s >> 16:
        s = (s & 0xFFFF) + (s >> 16)
    return ~s & 0xFFFF


def ip4(src, dst, proto, body, n, ttl=64):
    head = struct.pack(">BBHHHBBH4s4s", 0x45, 0, 20 + len(body), n % 65535 + 1, 0, ttl, proto, 0,
                       bytes(src), bytes(dst))
    return head[:10] + struct.pack(">H", total(head)) + head[12:] + body


def udp(sport, dport, n):
    return struct.pack(">HHHHQ", sport, dport, 16, 0, n)


def pair(n):
    a, b = (10, 0, n % 7, n % 13 + 1), (10, 1, n % 5, n % 11 + 1)
    return (a, b) if n % 2 else (b, a)


def flow(n, ttl=64):
    src, dst = pair(n)
    return ip4(src, dst, 17, udp(1024 + n % 501, 2000 + n % 307, n), n, ttl)


def flows(n):
    yield MACS + b"\x08\x00" + flow(n)


def errors(n):
    if n % 2 == 0:
        yield MACS + b"\x08\x00" + flow(n)
        return
    quoted = flow(n - 1)[:28]
    body = struct.pack(">BBHI", 3, 3, 0, 0) + quoted
    body = body[:2] + struct.pack(">H", total(body)) + body[4:]
    yield MACS + b"\x08\x00" + ip4((192, 168, n % 250, 1), quoted[12:16], 1, body, n)


def copies(n):
    if n % 2 == 0:
        yield MACS + b"\x08\x00" + flow(n)
    else:
        yield bytes.fromhex("02aa0000000202aa00000001") + b"\x08\x00" + flow(n - 1, 63)


def mixed(n):
    kind = n % 4
    if kind == 0:
        yield MACS + b"\x08\x00" + flow(n)
    elif kind == 1:
        src, dst = (bytes((0xfd, 0, *[0] * 12, a[2], a[3])) for a in pair(n))
        body = udp(1024 + n % 501, 2000, n)
        yield MACS + b"\x86\xdd" + struct.pack(">IHBB", 6 << 28, len(body), 17, 64) + src + dst + body
    elif kind == 2:
        yield MACS + struct.pack(">HHH", 0x8100, 100 + n % 3, 0x0800) + flow(n)
    else:
        yield b"\xff" * 6 + MACS[6:] + b"\x08\x06" + struct.pack(
            ">HHBBH6s4s6s4s", 1, 0x800, 6, 4, 1, MACS[6:], bytes((10, 0, 0, 1)), b"\0" * 6,
            bytes((10, 0, 0, n % 250)))


def main():
    name, kind, count = sys.argv[1], globals()[sys.argv[2]], int(sys.argv[3])
    s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
    s.setsockopt(SOL_PACKET, PACKET_QDISC_BYPASS, 0)
    s.bind((name, 0))
    sent = 0
    for n in range(count):
        for frame in kind(n):
            while True:
                try:
                    s.send(frame)
                    break
                except OSError:  # no buffer space: the link is slower than we are
                    pass
            sent += 1
    print(sent)


main()
