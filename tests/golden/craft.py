# SPDX-License-Identifier: Apache-2.0
"""Frames and captures made by hand: what tests/golden/make.py writes its cases with.

Times are seconds (float) after 2026-01-01; addresses are text. Checksums are right where cheap (IPv4
header) and zero elsewhere: the sensor does not check them.
"""
import ipaddress
import struct

EPOCH = 1_767_225_600
SYN, ACK, FIN, RST, PSH = 2, 16, 1, 4, 8


def mac(ip):
    """A stable MAC for an address: 02:00 and its last four bytes."""
    return b"\x02\x00" + ipaddress.ip_address(ip).packed[-4:]


def ipsum(header):
    total = sum(struct.unpack(f"!{len(header) // 2}H", header))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def ether(dst, src, kind, payload, vlans=()):
    tags = b"".join(struct.pack("!HH", 0x8100, v) for v in vlans)
    return (dst + src + tags + struct.pack("!H", kind) + payload).ljust(60, b"\0")


def ip(src, dst, proto, payload, ttl=64, ident=1, flags=0x4000, vlans=(), smac=None, dmac=None):
    smac, dmac = smac or mac(src), dmac or mac(dst)
    if ":" in src:
        head = struct.pack("!IHBB", 0x60000000, len(payload), proto, ttl)
        head += ipaddress.ip_address(src).packed + ipaddress.ip_address(dst).packed
        return ether(dmac, smac, 0x86DD, head + payload, vlans)
    head = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(payload), ident, flags, ttl, proto, 0,
                       ipaddress.ip_address(src).packed, ipaddress.ip_address(dst).packed)
    head = head[:10] + struct.pack("!H", ipsum(head)) + head[12:]
    return ether(dmac, smac, 0x0800, head + payload, vlans)


def tcp(src, dst, sport, dport, flags, seq=0, ack=0, data=b"", **kw):
    return ip(src, dst, 6, struct.pack("!HHIIBBHHH", sport, dport, seq & 0xFFFFFFFF,
                                       ack & 0xFFFFFFFF, 0x50, flags, 64240, 0, 0) + data, **kw)


def udp(src, dst, sport, dport, data=b"", **kw):
    return ip(src, dst, 17, struct.pack("!HHHH", sport, dport, 8 + len(data), 0) + data, **kw)


def icmp(src, dst, kind, code, rest=b"\0\0\0\0", **kw):
    return ip(src, dst, 1, struct.pack("!BBH", kind, code, 0) + rest, **kw)


def unreachable(router, quoted, code=1):
    """The ICMP error of `router` about an Ethernet frame `quoted` made by ip()."""
    inner = quoted[14:14 + 28]
    return icmp(router, str(ipaddress.ip_address(quoted[26:30])), 3, code, b"\0\0\0\0" + inner)


def arp(op, sender, target, sender_mac=None, target_mac=b"\0" * 6):
    sender_mac = sender_mac or mac(sender)
    body = struct.pack("!HHBBH", 1, 0x0800, 6, 4, op) + sender_mac
    body += ipaddress.ip_address(sender).packed + target_mac + ipaddress.ip_address(target).packed
    return ether(b"\xff" * 6 if op == 1 else target_mac, sender_mac, 0x0806, body)


class Capture:
    """Frames with times; written in the order of their times."""

    def __init__(self):
        self.frames = []

    def add(self, t, frame):
        self.frames.append((t, len(self.frames), frame))

    def handshake(self, t, c, s, sport, dport, cseq=1000, sseq=5000, **kw):
        self.add(t, tcp(c, s, sport, dport, SYN, cseq, **kw))
        self.add(t + .001, tcp(s, c, dport, sport, SYN | ACK, sseq, cseq + 1, **kw))
        self.add(t + .002, tcp(c, s, sport, dport, ACK, cseq + 1, sseq + 1, **kw))

    def session(self, t, c, s, sport, dport, talk, close=True, **kw):
        """A whole conversation; talk is [(">" or "<", bytes), …], 10 ms apart."""
        self.handshake(t, c, s, sport, dport, **kw)
        cseq, sseq = 1001, 5001
        t += .01
        for way, data in talk:
            if way == ">":
                self.add(t, tcp(c, s, sport, dport, ACK | PSH, cseq, sseq, data, **kw))
                cseq += len(data)
                self.add(t + .001, tcp(s, c, dport, sport, ACK, sseq, cseq, **kw))
            else:
                self.add(t, tcp(s, c, dport, sport, ACK | PSH, sseq, cseq, data, **kw))
                sseq += len(data)
                self.add(t + .001, tcp(c, s, sport, dport, ACK, cseq, sseq, **kw))
            t += .01
        if close:
            self.add(t, tcp(c, s, sport, dport, FIN | ACK, cseq, sseq, **kw))
            self.add(t + .001, tcp(s, c, dport, sport, FIN | ACK, sseq, cseq + 1, **kw))
            self.add(t + .002, tcp(c, s, sport, dport, ACK, cseq + 1, sseq + 1, **kw))
        return t

    def write(self, path):
        with open(path, "wb") as out:
            out.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1))
            for t, _, frame in sorted(self.frames, key=lambda f: (f[0], f[1])):
                sec = EPOCH + int(t)
                out.write(struct.pack("<IIII", sec, int(round((t - int(t)) * 1e6)) % 1_000_000,
                                      len(frame), len(frame)) + frame)
