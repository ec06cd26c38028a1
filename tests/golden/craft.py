# SPDX-License-Identifier: Apache-2.0
"""Frames and captures made by hand: what tests/golden/make.py writes its cases with.

Times are seconds (float) after 2026-01-01; addresses are text. Checksums are right where cheap (IPv4
header) and zero elsewhere: the sensor does not check them. Capture(faithful=True) writes what a
healthy mirror shows: every checksum right, an IP id of its own for every packet.
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


def tcp(src, dst, sport, dport, flags, seq=0, ack=0, data=b"", options=b"", **kw):
    """options: a multiple of 4 bytes."""
    return ip(src, dst, 6, struct.pack("!HHIIBBHHH", sport, dport, seq & 0xFFFFFFFF,
                                       ack & 0xFFFFFFFF, 0x50 + 4 * len(options), flags, 64240, 0,
                                       0) + options + data, **kw)


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


def ip_at(frame):
    """(offset of IP, its version) behind Ethernet and VLAN tags, or (0, 0)."""
    at = 12
    while frame[at:at + 2] == b"\x81\x00":
        at += 4
    version = {b"\x08\x00": 4, b"\x86\xdd": 6}.get(frame[at:at + 2], 0)
    return (at + 2, version) if version else (0, 0)


def faithful(frame, ident):
    """The frame with right TCP, UDP and ICMP checksums and, if IPv4, the id given."""
    at, version = ip_at(frame)
    if not version:
        return frame
    out = bytearray(frame)
    if version == 4:
        total, proto = struct.unpack("!H", out[at + 2:at + 4])[0], out[at + 9]
        out[at + 4:at + 6] = struct.pack("!H", ident)
        out[at + 10:at + 12] = b"\0\0"
        out[at + 10:at + 12] = struct.pack("!H", ipsum(bytes(out[at:at + 20])))
        l4, end, pair = at + 20, at + total, bytes(out[at + 12:at + 20])
        if out[at + 6] & 0x3F or out[at + 7]:
            return bytes(out)  # a fragment: its datagram's checksum is not in it, or not to be had
    else:
        proto = out[at + 6]
        l4, end = at + 40, at + 40 + struct.unpack("!H", out[at + 4:at + 6])[0]
        pair = bytes(out[at + 8:at + 40])
    where = {6: 16, 17: 6, 1: 2, 58: 2}.get(proto)
    if where is None:
        return bytes(out)
    out[l4 + where:l4 + where + 2] = b"\0\0"
    body = bytes(out[l4:end])
    pseudo = b"" if proto == 1 else pair + struct.pack("!IHBB", len(body), 0, 0, proto)
    total = ipsum(pseudo + body + b"\0" * (len(body) % 2))
    out[l4 + where:l4 + where + 2] = struct.pack("!H", total or 0xFFFF)
    return bytes(out)


class Capture:
    """Frames with times; written in the order of their times. snaplen: no more bytes of each."""

    def __init__(self, faithful=False, snaplen=65535):
        self.frames = []
        self.faithful = faithful
        self.snaplen = snaplen

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
            out.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, max(self.snaplen, 65535), 1))
            for t, n, frame in sorted(self.frames, key=lambda f: (f[0], f[1])):
                if self.faithful:
                    frame = faithful(frame, n % 65535 + 1)
                    sec, micro = divmod(round((EPOCH + t) * 1e6), 1_000_000)
                else:
                    sec, micro = EPOCH + int(t), int(round((t - int(t)) * 1e6)) % 1_000_000
                cut = frame[:self.snaplen]
                out.write(struct.pack("<IIII", sec, micro, len(cut), len(frame)) + cut)
