#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Captures as lists of packets, for tests that change them: pcap and pcapng read, pcap written.

A packet is a Pkt: time in ns, its length on the wire, its bytes, and where its IP header and what is
in it begin. Only whole, plain packets are understood (one IP header behind Ethernet and VLAN tags, a
raw, cooked or loopback link); of any other `ver` is 0 and a mutation lets it pass as it is. Files
with several kinds of link are refused (ValueError), as is what is no capture.
"""
import ipaddress
import struct

ETHERNET, RAW, SLL, SLL2, NULL, LOOP = 1, 101, 113, 276, 0, 108
SYN, ACK, FIN, RST, PSH = 2, 16, 1, 4, 8


class Pkt:
    __slots__ = ("t", "wire", "data", "l3", "ver", "proto", "l4", "end", "at", "frag")

    def __init__(self, t, wire, data, link):
        self.t, self.wire, self.data = t, wire, data
        self.look(link)

    def look(self, link):
        """Finds IP (l3, ver), its payload (l4 … end, proto) and TCP's or UDP's payload (at)."""
        d, self.ver, self.proto, self.frag, self.l4, self.end, self.at = self.data, 0, -1, False, 0, 0, 0
        self.l3 = 0
        if link == ETHERNET:
            at = 12
            while d[at:at + 2] in (b"\x81\0", b"\x88\xa8", b"\x91\0"):
                at += 4
            if d[at:at + 2] not in (b"\x08\0", b"\x86\xdd"):
                return
            self.l3 = at + 2
        elif link in (SLL, SLL2, NULL, LOOP):
            self.l3 = {SLL: 16, SLL2: 20}.get(link, 4)
        elif link not in (RAW, 12, 14, 228, 229):
            return
        o = self.l3
        if len(d) >= o + 20 and d[o] >> 4 == 4 and d[o] & 15 >= 5:
            self.proto, self.l4 = d[o + 9], o + (d[o] & 15) * 4
            self.end = o + struct.unpack_from("!H", d, o + 2)[0]
            if self.end == o:  # the card divides it: the host that records itself knows no length
                self.end = len(d)
            self.frag = bool(struct.unpack_from("!H", d, o + 6)[0] & 0x3FFF)
            self.ver = 4
        elif len(d) >= o + 40 and d[o] >> 4 == 6:
            self.proto, self.l4 = d[o + 6], o + 40
            self.end = o + 40 + struct.unpack_from("!H", d, o + 4)[0]
            self.frag = self.proto == 44
            self.ver = 6
        if not self.ver or self.frag:
            return
        if self.proto == 6 and len(d) >= self.l4 + 20:
            self.at = self.l4 + (d[self.l4 + 12] >> 4) * 4
        elif self.proto == 17 and len(d) >= self.l4 + 8:
            self.at = self.l4 + 8

    @property
    def src(self):
        return self.data[self.l3 + 12:self.l3 + 16] if self.ver == 4 else self.data[self.l3 + 8:self.l3 + 24]

    @property
    def dst(self):
        return self.data[self.l3 + 16:self.l3 + 20] if self.ver == 4 else self.data[self.l3 + 24:self.l3 + 40]

    @property
    def ports(self):
        return struct.unpack_from("!HH", self.data, self.l4) if self.at else (0, 0)

    @property
    def flags(self):
        return self.data[self.l4 + 13] if self.proto == 6 and self.at else 0

    @property
    def whole(self):
        """every byte that IP promises is here"""
        return self.ver and self.end <= len(self.data)

    @property
    def body(self):
        return self.data[self.at:min(self.end, len(self.data))] if self.at else b""

    def flow(self):
        """(flow, its sender is the smaller end): the same flow for both directions"""
        a, b = (self.src, self.ports[0]), (self.dst, self.ports[1])
        return ((self.proto, a, b), True) if a <= b else ((self.proto, b, a), False)

    def copy(self, data=None, t=None, link=ETHERNET):
        data = self.data if data is None else data
        return Pkt(self.t if t is None else t, max(len(data), self.wire + len(data) - len(self.data)), data, link)


def read(path):
    """(link, [Pkt])"""
    raw = open(path, "rb").read()
    if raw[:4] == b"\n\r\r\n":
        return read_ng(raw)
    order = {b"\xa1\xb2\xc3\xd4": ">", b"\xa1\xb2\x3c\x4d": ">", b"\xd4\xc3\xb2\xa1": "<", b"\x4d\x3c\xb2\xa1": "<"}
    e = order.get(raw[:4])
    if not e or len(raw) < 24:
        raise ValueError("no pcap")
    unit = 1 if b"\x3c" in raw[:4] else 1000
    link, at, out = struct.unpack_from(e + "I", raw, 20)[0] & 0xFFFF, 24, []
    while at + 16 <= len(raw):
        sec, sub, cap, wire = struct.unpack_from(e + "IIII", raw, at)
        if cap > 1 << 18 or at + 16 + cap > len(raw):
            break
        out.append(Pkt(sec * 10**9 + sub * unit, wire, raw[at + 16:at + 16 + cap], link))
        at += 16 + cap
    return link, out


def read_ng(raw):
    at, e, faces, out = 0, "<", [], []
    while at + 12 <= len(raw):
        if raw[at:at + 4] == b"\n\r\r\n":
            e, faces = "<" if raw[at + 8:at + 12] == b"\x4d\x3c\x2b\x1a" else ">", []
        kind, size = struct.unpack_from(e + "II", raw, at)
        if size < 12 or at + size > len(raw):
            break
        body = raw[at + 8:at + size - 4]
        if kind == 1:
            faces.append((struct.unpack_from(e + "H", body)[0], *time_of(body[8:], e)))
        elif kind == 6 and struct.unpack_from(e + "I", body)[0] < len(faces):
            n, hi, lo, cap, wire = struct.unpack_from(e + "IIIII", body)
            link, unit, offset = faces[n]
            out.append((link, (hi << 32 | lo) * 10**9 // unit + offset * 10**9, wire, body[20:20 + cap]))
        elif kind == 3 and faces:
            wire = struct.unpack_from(e + "I", body)[0]
            out.append((faces[0][0], out[-1][1] if out else 0, wire, body[4:4 + wire]))
        at += size
    links = {p[0] for p in out}
    if len(links) != 1:
        raise ValueError("no packets, or several links")
    link = links.pop()
    return link, [Pkt(t, wire, data, link) for _, t, wire, data in out]


def time_of(options, e):
    """(ticks a second, seconds to add) of an interface's options"""
    unit, offset, at = 10**6, 0, 0
    while at + 4 <= len(options):
        code, size = struct.unpack_from(e + "HH", options, at)
        if code == 9:
            r = options[at + 4]
            unit = 2 ** (r & 127) if r & 128 else 10**r
        elif code == 14:
            offset = struct.unpack_from(e + "q", options, at + 4)[0]
        elif code == 0:
            break
        at += 4 + (size + 3) // 4 * 4
    return unit, offset


def write(path, link, packets):
    with open(path, "wb") as out:
        out.write(struct.pack("<IHHiIII", 0xA1B23C4D, 2, 4, 0, 0, 262144, link))
        for p in packets:
            out.write(struct.pack("<IIII", p.t // 10**9 & 0xFFFFFFFF, p.t % 10**9, len(p.data), p.wire) + p.data)


def total(data):
    if len(data) & 1:
        data += b"\0"
    s = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while s >> 16:
        s = (s & 0xFFFF) + (s >> 16)
    return s


def summed(data, l3, ver, l4, end, proto, frag):
    """The frame with right checksums where all its bytes are here."""
    d = bytearray(data)
    if ver == 4:
        d[l3 + 10:l3 + 12] = b"\0\0"
        d[l3 + 10:l3 + 12] = struct.pack("!H", ~total(bytes(d[l3:l4])) & 0xFFFF)
    where = {6: 16, 17: 6, 1: 2, 58: 2}.get(proto)
    if frag or where is None or end > len(d) or end < l4 + where + 2:
        return bytes(d)
    d[l4 + where:l4 + where + 2] = b"\0\0"
    pair = bytes(d[l3 + 12:l3 + 20] if ver == 4 else d[l3 + 8:l3 + 40])
    pseudo = b"" if proto == 1 else pair + struct.pack("!IHBB", end - l4, 0, 0, proto)
    d[l4 + where:l4 + where + 2] = struct.pack("!H", ~total(pseudo + bytes(d[l4:end])) & 0xFFFF or 0xFFFF)
    return bytes(d)


def is_special(a):
    """an address that means the same everywhere (multicast, loopback, none, link-local)"""
    if len(a) == 4:
        return a[0] >= 224 or a[0] in (0, 127) or a[:2] == b"\xa9\xfe"
    return a[0] == 0xFF or a[:2] == b"\xfe\x80" or not any(a[:15])


def is_private(a):
    return a[0] == 10 or a[:2] == b"\xc0\xa8" or (a[0] == 172 and 16 <= a[1] < 32)


def text(a):
    return str(ipaddress.ip_address(bytes(a)))
