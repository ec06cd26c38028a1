#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes a synthetic capture for the benchmark where no real one is at hand.

mkcorpus.py OUT.pcap [MEGABYTES]

TCP conversations of an office, many at a time: HTTP requests with responses, random bytes after a
TLS-like hello, DNS over UDP. Sizes are mixed as on a usual link (7:4:1 of small, middle, full).
The same bytes at every run.
"""
import random
import struct
import sys

out = open(sys.argv[1], "wb")
limit = int(sys.argv[2] if len(sys.argv) > 2 else 200) * 1_000_000
rnd = random.Random(1)
out.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1))
written = 0
clock = 1_700_000_000_000_000
WORDS = [b"GET /", b"index", b"images", b"logo.png", b" HTTP/1.1\r\n", b"Host: ", b"intranet",
         b"Accept: */*\r\n", b"User-Agent: Mozilla/5.0\r\n", b"Cookie: id=", b"<html>", b"<div>"]
NOISE = rnd.randbytes(1 << 20)


def frame(src, dst, proto, l4):
    global written, clock
    ip = struct.pack("!BBHHHBBHII", 0x45, 0, 20 + len(l4), written & 0xFFFF, 0, 64, proto, 0, src, dst)
    data = bytes(12) + b"\x08\x00" + ip + l4
    clock += rnd.randrange(1, 40)
    out.write(struct.pack("<IIII", clock // 1_000_000, clock % 1_000_000, len(data), len(data)))
    out.write(data)
    written += len(data) + 16


def tcp(a, b, sport, dport, seq, ack, flags, payload=b""):
    frame(a, b, 6, struct.pack("!HHIIBBHHH", sport, dport, seq & 0xFFFFFFFF, ack & 0xFFFFFFFF, 0x50,
                               flags, 65535, 0, 0) + payload)


def conversation():
    a = 0x0A4D0000 | rnd.randrange(2, 250)
    b = rnd.choice((0x0A4D0100, 0xCB007100)) | rnd.randrange(2, 250)
    sport, dport = rnd.randrange(20000, 60000), rnd.choice((80, 443, 443, 445, 22))
    s, t = rnd.getrandbits(32), rnd.getrandbits(32)
    tcp(a, b, sport, dport, s, 0, 2)
    yield
    tcp(b, a, dport, sport, t, s + 1, 0x12)
    yield
    s, t = s + 1, t + 1
    tcp(a, b, sport, dport, s, t, 0x10)
    for _ in range(rnd.randrange(3, 60)):
        yield
        size = rnd.choice((0,) * 7 + (500,) * 4 + (1448,) * 3)
        if dport == 80:
            data = b"".join(rnd.choices(WORDS, k=size // 8 + 1))[:size]
        else:
            at = rnd.randrange(len(NOISE) - 1500)
            data = NOISE[at:at + size]
        if rnd.random() < 0.3:
            tcp(a, b, sport, dport, s, t, 0x18, data)
            s += len(data)
        else:
            tcp(b, a, dport, sport, t, s, 0x18, data)
            t += len(data)
    tcp(a, b, sport, dport, s, t, 0x11)
    yield
    tcp(b, a, dport, sport, t, s + 1, 0x11)


lanes = []
while written < limit:
    while len(lanes) < 400:
        lanes.append(conversation())
    i = rnd.randrange(len(lanes))
    try:
        next(lanes[i])
    except StopIteration:
        lanes.pop(i)
