#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What mirrors, networks and capture programs do to the same traffic: ways to change a capture.

A mutation is a function (capture, random) → (link, [Pkt]) or None where it means nothing there (a
VLAN tag without Ethernet). Each keeps what was done on the wire, or leaves out what such a mirror
would not show; the random numbers come from the capture's name, so a run can be had again. MUTATIONS
names them. `Capture` is what they change; `hosts` of it maps an address to the one now used.
"""
import struct

from capfile import (ACK, ETHERNET, FIN, PSH, RAW, SLL, SYN, Pkt, is_private, is_special, read, summed)

MS = 10**6
MUTATIONS = {}


def mutation(name):
    def keep(f):
        MUTATIONS[name] = f
        return f
    return keep


class Capture:
    def __init__(self, path):
        self.link, self.packets = read(path)
        self.hosts = {}
        first, syn = {}, {}
        for p in self.packets:
            if not p.at:
                continue
            key, small = p.flow()
            first.setdefault(key, (small, p))
            if p.flags & SYN:
                syn.setdefault(key, small == (not p.flags & ACK))
        # Whose is the client: the SYN says so, else the ports, else who speaks first.
        self.client = {}
        for key, (small, p) in first.items():
            low = key[1][1] < key[2][1]
            served = min(key[1][1], key[2][1]) < 1024 and key[1][1] != key[2][1]
            self.client[key] = syn[key] if key in syn else not low if served else small

    def to_server(self, p):
        """is it the client's? None: of no flow"""
        if not p.at:
            return None
        key, small = p.flow()
        return self.client[key] == small


def each(c, f):
    return c.link, [q for p in c.packets for q in (f(p) or ())]


def put(p, data, link, t=None, **kw):
    """p with other bytes of the same length, checksums set right"""
    return p.copy(summed(data, kw.get("l3", p.l3), p.ver, p.l4, p.end, p.proto, p.frag), t, link)


# Addresses

def renamed(c, name):
    """Addresses by name(prefix number, address); in IP, ARP, quoted packets and DHCP's bodies."""
    nets = sorted({a[:3] for p in c.packets if p.ver == 4 for a in (p.src, p.dst) if not is_special(a)}
                  | {a[:3] for p in c.packets for a in arp_of(c, p) if not is_special(a)})
    if len(nets) > 250:
        return None
    number = {n: i for i, n in enumerate(nets)}

    def new(a):
        if is_special(a):
            return a
        if a not in c.hosts:
            c.hosts[a] = name(number[a[:3]], len(nets), a)
        return c.hosts[a]

    for p in c.packets:
        for a in ((p.src, p.dst) if p.ver == 4 else arp_of(c, p)):
            new(a)

    def one(p):
        d = bytearray(p.data)
        if p.ver == 4:
            d[p.l3 + 12:p.l3 + 20] = new(p.src) + new(p.dst)
            inner = p.l4 + 8
            if p.proto == 1 and d[p.l4:p.l4 + 1] in (b"\3", b"\5", b"\x0b") and len(d) >= inner + 20:
                for o in (inner + 12, inner + 16):
                    d[o:o + 4] = c.hosts.get(bytes(d[o:o + 4]), bytes(d[o:o + 4]))
            if p.proto == 17 and {67, 68} & set(p.ports):
                for o in range(p.at, len(d) - 3):
                    if bytes(d[o:o + 4]) in c.hosts:
                        d[o:o + 4] = c.hosts[bytes(d[o:o + 4])]
            return [put(p, bytes(d), c.link)]
        if arp_of(c, p):
            at = arp_at(p)
            for o in (at + 14, at + 24):
                d[o:o + 4] = new(bytes(d[o:o + 4]))
            return [p.copy(bytes(d), link=c.link)]
        return [p]
    return each(c, one) if c.hosts else None


def arp_at(p):
    at = 12
    while p.data[at:at + 2] in (b"\x81\0", b"\x88\xa8"):
        at += 4
    return at + 2 if p.data[at:at + 2] == b"\x08\x06" and len(p.data) >= at + 30 else 0


def arp_of(c, p):
    at = arp_at(p) if c.link == ETHERNET and not p.ver else 0
    return (p.data[at + 14:at + 18], p.data[at + 24:at + 28]) if at else ()


@mutation("other addresses")
def other_addresses(c, rnd):
    return renamed(c, lambda i, n, a: bytes([172, 16 + i // 100, i % 100, a[3]]) if is_private(a) else
                   bytes([81, 200, i, a[3]]))


@mutation("public site")
def public_site(c, rnd):
    """A university or an older company: its own hosts have public addresses."""
    return renamed(c, lambda i, n, a: bytes([147, 32, 80 + i, a[3]]) if is_private(a) else a)


@mutation("hosts in reverse")
def reverse(c, rnd):
    flip = lambda h: h if h in (0, 255) else 255 - h
    return renamed(c, lambda i, n, a: bytes([192, 168, n - i, flip(a[3])]) if is_private(a) else
                   bytes([91, 77, n - i, flip(a[3])]))


@mutation("IPv6")
def to_ipv6(c, rnd):
    """ARP has no successor in the same words, DHCP none at all: both are left out."""
    kinds = {8: 128, 0: 129, 3: 1, 11: 3}

    def six(a):
        if a[0] >= 224:
            out = b"\xff\x02" + bytes(13) + b"\1"
        elif is_special(a):
            out = b"\xfe\x80" + bytes(10) + a
        else:
            out = (b"\xfd\x12\0" if is_private(a) else b"\x2a\x0c\0") + a[:3] + bytes(9) + a[3:]
        c.hosts[a] = out
        return out

    def one(p):
        if p.ver != 4:
            return [p] if p.ver else []
        if {67, 68} & set(p.ports):
            return []
        body, proto = p.data[p.l4:p.end], p.proto
        if proto == 1 and not p.frag:
            if body[0] not in kinds:
                return []
            proto, kind, code = 58, kinds[body[0]], body[1]
            rest = body[4:]
            if kind == 1:
                code = {3: 4, 9: 1, 10: 1, 13: 1}.get(code, 3)
                q = Pkt(0, 0, body[8:], RAW)
                if q.ver == 4:
                    rest = body[4:8] + head(six(q.src), six(q.dst), q.proto, q.end - q.l4) + q.data[q.l4:]
            body = bytes([kind, code, 0, 0]) + rest
        if p.frag:
            word, ident = struct.unpack_from("!H", p.data, p.l3 + 6)[0], p.data[p.l3 + 4:p.l3 + 6]
            body = struct.pack("!BBH", proto, 0, (word & 0x1FFF) << 3 | word >> 13 & 1) + b"\0\0" + ident + body
            proto = 44
        size = len(body) + p.end - min(p.end, len(p.data))
        data = bytearray(p.data[:p.l3])
        if c.link == ETHERNET:
            data[-2:] = b"\x86\xdd"
        elif c.link == SLL:
            data[-2:] = b"\x86\xdd"
        elif c.link != RAW:
            return []
        q = p.copy(bytes(data) + head(six(p.src), six(p.dst), proto, size) + body, link=c.link)
        return [put(q, q.data, c.link)]
    out = each(c, one)
    return out if any(p.ver == 4 for p in c.packets) and c.link in (ETHERNET, RAW, SLL) else None


def head(src, dst, proto, size):
    return struct.pack("!IHBB", 0x60000000, min(size, 65535), proto, 64) + src + dst


@mutation("other MACs")
def macs(c, rnd):
    if c.link != ETHERNET:
        return None
    known = {}

    def new(m):
        if m[0] & 1 or m[:3] in (b"\0\0\x5e", b"\0\0\x0c") or not any(m):
            return m
        return known.setdefault(m, b"\x3c\x52" + rnd.randbytes(4))

    def one(p):
        d = bytearray(p.data)
        if len(d) < 14:
            return [p]
        d[:12] = new(p.data[:6]) + new(p.data[6:12])
        if arp_of(c, p):
            for o in (arp_at(p) + 8, arp_at(p) + 18):
                d[o:o + 6] = new(bytes(d[o:o + 6]))
        return [p.copy(bytes(d), link=c.link)]
    return each(c, one)


# What a link adds

def wrapped(c, f):
    return each(c, lambda p: [p.copy(f(p), link=ETHERNET)]) if c.link == ETHERNET else None


@mutation("VLAN")
def vlan(c, rnd):
    return wrapped(c, lambda p: p.data[:12] + b"\x81\0\0\x0a" + p.data[12:])


@mutation("QinQ")
def qinq(c, rnd):
    return wrapped(c, lambda p: p.data[:12] + b"\x88\xa8\0\x64\x81\0\0\x0a" + p.data[12:])


@mutation("VLAN one way")
def vlan_one_way(c, rnd):
    return wrapped(c, lambda p: p.data if c.to_server(p) else p.data[:12] + b"\x81\0\0\x0a" + p.data[12:])


def tunnel(p, proto, between):
    inner = between + p.data
    ip = struct.pack("!BBHHHBBH4s4s", 0x45, 0, min(65535, 20 + len(inner) + p.wire - len(p.data)), 0, 0, 64, proto, 0,
                     bytes([10, 255, 0, 1]), bytes([10, 255, 0, 2]))
    return b"\2\0\0\0\xff\2\2\0\0\0\xff\1\x08\0" + ip + inner


@mutation("ERSPAN II")
def erspan(c, rnd):
    return wrapped(c, lambda p: tunnel(p, 47, b"\x10\0\x88\xbe\0\0\0\1\x10\x0a\0\x05\0\0\0\0"))


@mutation("VXLAN")
def vxlan(c, rnd):
    return wrapped(c, lambda p: tunnel(p, 17, struct.pack("!HHHH", 50000, 4789, min(65535, 16 + p.wire), 0)
                                       + b"\x08\0\0\0\0\0\x05\0"))


@mutation("raw IP")
def raw_ip(c, rnd):
    if c.link != ETHERNET:
        return None
    return RAW, [Pkt(p.t, p.wire - p.l3, p.data[p.l3:], RAW) for p in c.packets if p.ver]


@mutation("cooked (any)")
def cooked(c, rnd):
    if c.link != ETHERNET:
        return None
    return SLL, [Pkt(p.t, p.wire + 2, struct.pack("!HHH", 4 if c.to_server(p) else 0, 1, 6) + p.data[6:12] + b"\0\0"
                     + p.data[12:], SLL) for p in c.packets if len(p.data) >= 14]


# What a mirror does not show

def snap(size):
    return lambda c, rnd: each(c, lambda p: [Pkt(p.t, p.wire, p.data[:size], c.link)])


for n in (96, 128, 256, 512):
    MUTATIONS[f"snaplen {n}"] = snap(n)


@mutation("client to server only")
def clients(c, rnd):
    return each(c, lambda p: [p] if c.to_server(p) is not False else [])


@mutation("server to client only")
def servers(c, rnd):
    return each(c, lambda p: [p] if not c.to_server(p) else [])


def busiest(c):
    seen = {}
    for p in c.packets:
        if p.at:
            for a in (p.src, p.dst):
                seen[a] = seen.get(a, 0) + 1
    return max(seen, key=lambda a: (seen[a], a), default=b"")


@mutation("one port received")
def port_in(c, rnd):
    host = busiest(c)
    return each(c, lambda p: [p] if not p.ver or p.src == host or is_special(p.dst) else [])


@mutation("one port sent")
def port_out(c, rnd):
    host = busiest(c)
    return each(c, lambda p: [p] if not p.ver or p.src != host or is_special(p.dst) else [])


def cut(n):
    return lambda c, rnd: (c.link, c.packets[n:]) if len(c.packets) > n else None


for n in (5, 20, 50):
    MUTATIONS[f"first {n} cut"] = cut(n)
MUTATIONS["first half cut"] = lambda c, rnd: (c.link, c.packets[len(c.packets) // 2:])
MUTATIONS["second half cut"] = lambda c, rnd: (c.link, c.packets[:(len(c.packets) + 1) // 2])


def headless(n):
    """The first n packets of every connection are missing: long sessions that were there before."""
    def f(c, rnd):
        seen = {}

        def one(p):
            if not p.at or p.proto != 6:
                return [p]
            key = p.flow()[0]
            seen[key] = seen.get(key, 0) + 1
            return [p] if seen[key] > n else []
        return each(c, one)
    return f


for n in (1, 3, 8, 15):
    MUTATIONS[f"sessions without {n}"] = headless(n)


def loss(share):
    return lambda c, rnd: each(c, lambda p: [p] if rnd.random() >= share else [])


for n in (1, 3, 5, 20):
    MUTATIONS[f"loss {n} %"] = loss(n / 100)


@mutation("loss in bursts")
def bursts(c, rnd):
    left = 0

    def one(p):
        nonlocal left
        if not left and rnd.random() < .01:
            left = rnd.randint(3, 20)
        left = max(0, left - 1)
        return [] if left else [p]
    return each(c, one)


# What it shows twice, late, in other pieces

@mutation("everything twice")
def twice(c, rnd):
    out = [q for p in c.packets for q in (p, p.copy(t=p.t + 20_000 + rnd.randrange(900_000), link=c.link))]
    return c.link, sorted(out, key=lambda p: p.t)


@mutation("twice routed between")
def twice_routed(c, rnd):
    if c.link != ETHERNET:
        return None

    def one(p):
        if not p.ver or is_special(p.dst):
            return [p]
        d = bytearray(p.data)
        d[:12] = b"\2\x52\0\0\0\1\2\x52\0\0\0\2"
        d[p.l3 + (8 if p.ver == 4 else 7)] = max(1, d[p.l3 + (8 if p.ver == 4 else 7)] - 1)
        return [p, put(p, bytes(d), c.link, t=p.t + 20_000 + rnd.randrange(900_000))]
    link, out = each(c, one)
    return link, sorted(out, key=lambda p: p.t)


@mutation("reordered")
def reordered(c, rnd):
    order = [(i + (rnd.randint(1, 3) + .5 if rnd.random() < .05 else 0), p) for i, p in enumerate(c.packets)]
    times = [p.t for p in c.packets]
    return c.link, [p.copy(t=t, link=c.link) for t, (_, p) in zip(times, sorted(order, key=lambda x: x[0]))]


@mutation("sent again")
def retransmitted(c, rnd):
    out = [q for p in c.packets for q in ([p, p.copy(t=p.t + 200 * MS, link=c.link)]
                                          if p.proto == 6 and p.body and rnd.random() < .05 else [p])]
    return c.link, sorted(out, key=lambda p: p.t)


@mutation("segments of 200")
def small_segments(c, rnd):
    def one(p):
        body = p.body
        if p.proto != 6 or not p.whole or len(body) <= 200:
            return [p]
        seq, = struct.unpack_from("!I", p.data, p.l4 + 4)
        return [segment(c, p, seq + o, body[o:o + 200], p.t + o, o + 200 >= len(body)) for o in range(0, len(body), 200)]
    return each(c, one)


def segment(c, p, seq, body, t, last=True):
    """p's headers around another piece of its stream"""
    d = bytearray(p.data[:p.at] + body)
    d[p.l4 + 4:p.l4 + 8] = struct.pack("!I", seq & 0xFFFFFFFF)
    if not last:
        d[p.l4 + 13] &= ~(FIN | PSH) & 0xFF
    o, size = (p.l3 + 2, len(d) - p.l3) if p.ver == 4 else (p.l3 + 4, len(d) - p.l3 - 40)
    d[o:o + 2] = struct.pack("!H", size)
    q = Pkt(t, len(d), bytes(d), c.link)
    return Pkt(t, len(d), summed(q.data, q.l3, q.ver, q.l4, q.end, q.proto, q.frag), c.link)


@mutation("GRO 32 KiB")
def gro(c, rnd):
    """What follows in its direction without a gap is one packet, as a host that records itself sees it."""
    out, held = [], {}

    def flush(key):
        p, seq, body = held.pop(key)
        out.append(segment(c, p, seq, body, p.t))

    for p in c.packets:
        if p.proto != 6 or not p.at:
            out.append(p)
            continue
        key = p.flow()
        back = (key[0], not key[1])
        if back in held and p.body:
            flush(back)
        seq = struct.unpack_from("!I", p.data, p.l4 + 4)[0]
        plain = p.whole and p.body and not p.flags & (SYN | FIN | 4)
        if key in held:
            _, first, body = held[key]
            if plain and seq == (first + len(body)) & 0xFFFFFFFF and len(body) + len(p.body) <= 32768:
                held[key] = (p, first, body + p.body)
                continue
            flush(key)
        if plain:
            held[key] = (p, seq, p.body)
        else:
            out.append(p)
    for key in list(held):
        flush(key)
    return c.link, sorted(out, key=lambda p: p.t)


# Clocks

def scaled(f):
    def g(c, rnd):
        t0 = min((p.t for p in c.packets), default=0)
        return each(c, lambda p: [p.copy(t=t0 + int((p.t - t0) * f), link=c.link)])
    return g


MUTATIONS["ten times as fast"] = scaled(.1)
MUTATIONS["five times as slow"] = scaled(5)
MUTATIONS["three years later"] = lambda c, rnd: each(c, lambda p: [p.copy(t=p.t + 94_608_000 * 10**9, link=c.link)])
MUTATIONS["clock of 10 ms"] = lambda c, rnd: each(c, lambda p: [p.copy(t=p.t // (10 * MS) * 10 * MS, link=c.link)])


@mutation("clock set back")
def set_back(c, rnd):
    half = len(c.packets) // 2
    return c.link, [p.copy(t=max(0, p.t - (2_000 * MS if i >= half else 0)), link=c.link)
                    for i, p in enumerate(c.packets)]


# Hosts

@mutation("checksums empty")
def no_sums(c, rnd):
    def one(p):
        where = {6: 16, 17: 6}.get(p.proto) if p.at else None
        if where is None:
            return [p]
        d = bytearray(p.data)
        d[p.l4 + where:p.l4 + where + 2] = b"\0\0"
        return [p.copy(bytes(d), link=c.link)]
    return each(c, one)


ODD = {22: 2222, 21: 2121, 23: 2323, 80: 8123, 88: 8800, 135: 1350, 139: 1390, 389: 3890, 443: 8443, 445: 4450,
       3268: 33268, 3306: 13306, 3389: 33890, 5432: 15432, 5900: 15900, 5985: 15985, 6379: 16379}


@mutation("odd ports")
def odd_ports(c, rnd):
    def one(p):
        if not p.at:
            return [p]
        a, b = p.ports
        toward = c.to_server(p)
        a, b = (a, ODD.get(b, b)) if toward else (ODD.get(a, a), b)
        d = bytearray(p.data)
        d[p.l4:p.l4 + 4] = struct.pack("!HH", a, b)
        return [put(p, bytes(d), c.link)]
    return each(c, one)


def among(background):
    """On one timeline with a benign capture of other hosts."""
    def f(c, rnd):
        b = Capture(background)
        if c.link != b.link or not c.packets:
            return None
        made = renamed(b, lambda i, n, a: bytes([10, 231, i, a[3]]) if is_private(a) else bytes([62, 9, i, a[3]]))
        shift = min(p.t for p in c.packets) - min(p.t for p in b.packets)
        out = c.packets + [p.copy(t=p.t + shift, link=b.link) for p in made[1]]
        return c.link, sorted(out, key=lambda p: p.t)
    return f
