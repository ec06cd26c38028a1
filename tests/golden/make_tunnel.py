#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes the golden captures of data in DNS names, pings and HTTP bodies, and of what looks like it and is
not: make_tunnel.py [CASE…]; like make.py."""
import base64
import hashlib
import random
import struct
import sys

import make
from craft import ACK, PSH, icmp, tcp, udp

make.CASES.clear()
case = make.case
HOST, OTHER, RESOLVER, FAR, WEB = "10.1.0.20", "10.1.0.21", "10.1.0.2", "198.51.100.53", "203.0.113.80"
A, NS, MX, TXT, NULL, AAAA, PTR = 1, 2, 15, 16, 10, 28, 12


def dns_name(text):
    return b"".join(bytes([len(label)]) + label for label in text.encode().split(b".")) + b"\0"


def ask(c, t, client, server, port, ident, name, kind, answer=b"", rcode=0, back=True):
    """A question, and 20 ms later its answer: `answer` is the data of one record, empty: none."""
    q = dns_name(name) + struct.pack("!HH", kind, 1)
    c.add(t, udp(client, server, port, 53, struct.pack("!HHHHHH", ident, 0x0100, 1, 0, 0, 0) + q))
    if not back:
        return
    rr = b"\xc0\x0c" + struct.pack("!HHIH", kind, 1, 60, len(answer)) + answer if answer else b""
    c.add(t + .02, udp(server, client, 53, port, struct.pack(
        "!HHHHHH", ident, 0x8180 | rcode, 1, 1 if answer else 0, 0, 0) + q + rr))


def text(data):
    return bytes([len(data)]) + data


def chunk(r, n):
    return base64.b32encode(r.randbytes(n)).decode().lower().rstrip("=")


@case()
def tunnel_dns_txt(c):
    """Data both ways in TXT, through the resolver, which asks on: the client is accused, not the resolver."""
    make.office(c)
    r = random.Random(1)
    for i in range(120):
        name = f"{chunk(r, 30)}.{chunk(r, 30)}.t.example.net"
        answer = text(base64.b64encode(r.randbytes(120)))
        ask(c, 1 + i * .1, HOST, RESOLVER, 33000 + i, i, name, TXT, answer)
        ask(c, 1.002 + i * .1, RESOLVER, FAR, 44000 + i, i, name, TXT, answer)


@case()
def tunnel_dns_up(c):
    """A file carried out in the names of addresses asked for, from a new port each; there are no such names."""
    make.office(c)
    r = random.Random(2)
    for i in range(320):
        ask(c, 1 + i * .2, HOST, RESOLVER, 33000 + i, i, f"{i}.{chunk(r, 35)}.example.org", A, rcode=3)


@case()
def tunnel_dns_straight(c):
    """Records of a private type straight to a server outside, which answers with data; names are short."""
    make.office(c)
    r = random.Random(3)
    for i in range(80):
        ask(c, 1 + i * .5, HOST, FAR, 5353 + 30000, i, f"p{chunk(r, 5)}.example.net", 65399, r.randbytes(200))


@case()
def tunnel_dns_slow(c):
    """A long name every four minutes: a finding, not an alert."""
    make.office(c)
    r = random.Random(4)
    for i in range(120):
        ask(c, 1 + i * 240, HOST, RESOLVER, 33000 + i, i, f"{chunk(r, 35)}.example.net", TXT,
            text(chunk(r, 10).encode()))


@case()
def tunnel_none_lookups(c):
    """Black lists by hash, a virus scanner, DKIM and SPF, a CDN, reverse names, DNS-SD, a searched suffix."""
    r = random.Random(5)
    for i in range(230):
        t = 1 + i * .4
        sha = hashlib.sha256(b"%d" % i).hexdigest()
        ask(c, t, HOST, RESOLVER, 30000 + i, i, f"{sha[:60]}.hashes.example.com", A, bytes([127, 0, 0, 2]))
        if i % 2:
            continue
        ask(c, t + .03, HOST, RESOLVER, 31000 + i, i, f"{sha[:50]}.{sha[:40]}.q.sophosxl.net", TXT, text(sha.encode()))
        ask(c, t + .06, HOST, RESOLVER, 32000 + i, i, f"s{i}._domainkey.u{i}.mail.example.org", TXT,
            text(b"v=DKIM1; p=" + base64.b64encode(r.randbytes(150))))
        ask(c, t + .09, HOST, RESOLVER, 33000 + i, i, f"r{i % 40}---sn-4g5e6nzl.example.net", A, bytes([203, 0, 113, i]))
        ask(c, t + .12, HOST, RESOLVER, 34000 + i, i, f"{i}.7.113.203.in-addr.arpa", PTR, dns_name(f"h{i}.example.net"))
        ask(c, t + .15, HOST, RESOLVER, 35000 + i, i, "lb._dns-sd._udp.office.example", PTR, rcode=3)
        ask(c, t + .18, HOST, RESOLVER, 36000 + i, i, f"www{i % 9}.example.com.a-rather-long-name-of-a-department.office.example", A, rcode=3)
        ask(c, t + .2, HOST, RESOLVER, 38000 + i, i, f"Printer {i} in a room with a rather long name of its own._ipp._tcp.example.com", TXT, text(b"rp=%d" % i))
        ask(c, t + .22, HOST, RESOLVER, 39000 + i, i, f"database-{i}.abcdefghijkl.eu-central-1.rds.example.com.shop.svc.cluster.local", TXT, rcode=0)
        ask(c, t + .21, HOST, RESOLVER, 37000 + i, i, f"_dmarc.mail{i}.example", TXT, text(b"v=DMARC1; p=none"))


def ping(c, t, src, dst, seq, data, back=None, ident=7):
    c.add(t, icmp(src, dst, 8, 0, struct.pack("!HH", ident, seq) + data))
    if back is not None:
        c.add(t + .005, icmp(dst, src, 0, 0, struct.pack("!HH", ident, seq) + back))


@case()
def tunnel_icmp_both(c):
    """Somebody answers pings with bytes of his own, after the kernel's own reply."""
    make.office(c)
    r = random.Random(6)
    for i in range(20):
        data, t = r.randbytes(60 + i * 17), 1 + i * .5
        ping(c, t, HOST, FAR, i, data, data)
        c.add(t + .02, icmp(FAR, HOST, 0, 0, struct.pack("!HH", 7, i) + r.randbytes(200 + i)))


@case()
def tunnel_icmp_up(c):
    """A file in pings, echoed as they are."""
    make.office(c)
    r = random.Random(7)
    for i in range(100):
        data = r.randbytes(500)
        ping(c, 1 + i * .1, HOST, FAR, i, data, data)


@case()
def tunnel_none_pings(c):
    """ping, ping -s 1400 -f, Windows' ping, the search for a path's MTU, monitors of many kinds."""
    pattern = bytes(range(16, 256)) + bytes(range(256)) * 6
    stamp = lambda i: struct.pack("<QQ", 1_767_225_600 + i, i * 7919 % 1_000_000)
    r = random.Random(8)
    mark = r.randbytes(16)
    for i in range(100):
        plain, large = stamp(i) + pattern[:40], stamp(i) + pattern[:1384]
        ping(c, 1 + i, HOST, FAR, i, plain, plain)
        ping(c, 1 + i * .01, OTHER, FAR, i, large, large, 8)
        windows = b"abcdefghijklmnopqrstuvwabcdefghi"
        ping(c, 1.3 + i, "10.1.0.22", FAR, i, windows, windows, 1)
        sweep = stamp(i) + pattern[:8 + i * 12]
        ping(c, 1.4 + i, "10.1.0.23", FAR, i, sweep, sweep if i < 80 else None, 9)
        fill = bytes([i & 255]) * 180
        ping(c, 1.5 + i, "10.1.0.24", FAR, i, fill, fill, 10)
        go = struct.pack("!Q", i) + mark + bytes(range(40))
        ping(c, 1.6 + i, "10.1.0.25", FAR, i, go, go, 11)
        ping(c, 1.7 + i, "10.1.0.26", FAR, i, plain, plain[:24], 12)  # answered short


def crumbs(c, t, port, head_up, head_down, turns, r):
    """Two connections: a request whose body grows, and an answer that does, turn by turn."""
    c.handshake(t, HOST, WEB, port, 8888)
    c.handshake(t + .001, HOST, WEB, port + 1, 8888)
    up = down = 0

    def send(at, data):
        nonlocal up
        c.add(at, tcp(HOST, WEB, port, 8888, ACK | PSH, 1001 + up, 5001, data))
        up += len(data)

    def answer(at, data):
        nonlocal down
        c.add(at, tcp(WEB, HOST, 8888, port + 1, ACK | PSH, 5001 + down, 1001 + len(get), data))
        down += len(data)

    get = b"GET /x HTTP/1.1\r\nHost: web.example.net\r\n\r\n"
    send(t + .01, head_up)
    c.add(t + .011, tcp(HOST, WEB, port + 1, 8888, ACK | PSH, 1001, 5001, get))
    answer(t + .02, head_down)
    for i in range(turns):
        at = t + .1 + i * .3
        send(at, b"\x02\x00" + r.randbytes(20))
        answer(at + .1, b"\x02\x00" + r.randbytes(30))


@case()
def tunnel_http_crumbs(c):
    """A request's body without a type and an answer's that is no text, both half open, speak by turns."""
    make.office(c)
    crumbs(c, 1, 50100, b"POST /x HTTP/1.1\r\nHost: web.example.net\r\nContent-Length: 102400\r\n\r\n",
           b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 102400\r\n\r\n", 24, random.Random(9))


@case()
def tunnel_http_websocket(c):
    """SSH in the messages of a WebSocket."""
    make.office(c)
    frame = lambda d, masked: (bytes([0x82, (0x80 if masked else 0) | len(d)]) + (b"\0\0\0\0" if masked else b"") + d)
    c.session(1, HOST, WEB, 50200, 80, [
        (">", b"GET /ws HTTP/1.1\r\nHost: web.example.net\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
              b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"),
        ("<", b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
              b"Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n"),
        (">", frame(b"SSH-2.0-Go\r\n", True)), ("<", frame(b"SSH-2.0-OpenSSH_9.2\r\n", False))])


@case()
def tunnel_none_http(c):
    """An upload in a form beside a download, long polling, a chat over WebSocket, a page about SSH, a stream."""
    r = random.Random(10)
    crumbs(c, 1, 50300, b"POST /x HTTP/1.1\r\nHost: web.example.net\r\nContent-Type: application/octet-stream\r\n"
           b"Content-Length: 102400\r\n\r\n",
           b"HTTP/1.1 200 OK\r\nContent-Type: video/mp4\r\nContent-Length: 102400\r\n\r\n", 24, r)
    poll = b"POST /poll HTTP/1.1\r\nHost: web.example.net\r\nContent-Type: application/json\r\nContent-Length: 8\r\n\r\n{\"n\": 1}"
    c.session(2, HOST, WEB, 50400, 80, [
        (w, p) for _ in range(60) for w, p in ((">", poll), ("<", b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
                                                                  b"Content-Length: 2\r\n\r\n[]"))])
    page = b"SSH-2.0-OpenSSH_9.2 is what the server says first."
    c.session(3, HOST, WEB, 50500, 80, [
        (">", b"GET /ssh HTTP/1.1\r\nHost: web.example.net\r\n\r\n"),
        ("<", b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: %d\r\n\r\n" % len(page) + page)])
    c.session(4, HOST, WEB, 50600, 80, [
        (">", b"GET /events HTTP/1.1\r\nHost: web.example.net\r\n\r\n"),
        ("<", b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"),
        *[("<", b"d\r\ndata: tick %d\n\r\n" % (i % 10)) for i in range(60)]])


if __name__ == "__main__":
    make.main(sys.argv[1:])
