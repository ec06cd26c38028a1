#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes the golden captures of hosts that call at regular times, and of those that do not: make_beats.py
[CASE…]; like make.py. Sleeps come from a generator of our own, so the bytes are the same at every run."""
import math
import sys

import make
from craft import ACK, FIN, PSH, arp, tcp
from sessions import handshake, record, tls_from, vector

make.CASES.clear()
case = make.case
C2 = "198.51.100.7"


class Dice:
    """Numerical Recipes' generator; numbers in (0, 1)."""

    def __init__(self, seed):
        self.state = seed

    def roll(self):
        self.state = (self.state * 1664525 + 1013904223) % 2**32
        return ((self.state >> 8) + .5) / 2**24


def call(c, t, src, dst, n, host, more=b"", port=80):
    ask = b"GET /q?id=7731 HTTP/1.1\r\nHost: %s\r\nUser-Agent: Odd/1.0\r\n%s\r\n" % (host.encode(), more)
    return c.session(t, src, dst, 40000 + n, port,
                     [(">", ask), ("<", b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")])


def calls(c, sleep, n, src="10.1.0.66", dst=C2, host=C2, t=5.0, **kw):
    for i in range(n):
        call(c, t, src, dst, i, host, **kw)
        t += sleep(i)
    return t


@case()
def beacon_no_jitter(c):
    """A request a minute to the bare address of a server that nobody else calls."""
    make.office(c)
    calls(c, lambda i: 60, 24)


@case()
def beacon_jitter_of_half(c):
    """The same, each sleep shortened by up to a half."""
    make.office(c)
    d = Dice(1)
    calls(c, lambda i: 60 * (1 - .5 * d.roll()), 60)


@case()
def beacon_missed_beats(c):
    """Every sixth request does not come."""
    make.office(c)
    calls(c, lambda i: 120 if i % 5 == 4 else 60, 40)


@case()
def beacon_inside_one_connection(c):
    """One connection in which the client asks for orders every five seconds."""
    make.office(c)
    src, t, up, down = "10.1.0.66", 5.0, 1001, 5001
    c.handshake(t, src, C2, 40000, 4444)
    for _ in range(30):
        t += 5
        c.add(t, tcp(src, C2, 40000, 4444, ACK | PSH, up, down, bytes(90)))
        c.add(t + .05, tcp(C2, src, 4444, 40000, ACK | PSH, down, up + 90, bytes(40)))
        c.add(t + .06, tcp(src, C2, 40000, 4444, ACK, up + 90, down + 40))
        up, down = up + 90, down + 40


@case()
def beacon_after_a_sweep(c):
    """The host swept its segment before: two proofs, an alert."""
    make.office(c)
    for i in range(60):
        c.add(3 + i * .02, arp(1, "10.1.0.66", f"10.1.0.{100 + i}"))
    calls(c, lambda i: 60, 24, t=30)


@case()
def beacon_none_browsing(c):
    """Two hours of somebody who reads: pages when they come to mind, gaps log-normal."""
    d = Dice(3)
    calls(c, lambda i: 30 * math.exp(math.sqrt(-2 * math.log(d.roll())) * math.cos(6.2831853 * d.roll())), 150,
          host="www.example.org")


@case()
def beacon_none_three_hosts(c):
    """Three of ours ask the same server each minute: an update, a monitor."""
    for k in range(3):
        calls(c, lambda i: 60, 24, src=f"10.1.0.{20 + k}", host="updates.example.org", t=5 + k)


@case()
def beacon_none_inside(c):
    """A health check between two of ours."""
    calls(c, lambda i: 10, 40, dst="10.1.0.9", host="10.1.0.9")


@case()
def beacon_none_at_work(c):
    """Forty downloads of 1.4 s each, one after the other: as regular as the server is fast."""
    src, t = "10.1.0.66", 5.0013
    for i in range(40):
        end = c.session(t, src, C2, 40000 + i, 80, [(">", b"GET /part HTTP/1.1\r\nHost: a.example\r\n\r\n")],
                        close=False)
        down = 5001
        for k in range(6):
            c.add(end + .25 * k, tcp(C2, src, 80, 40000 + i, ACK | PSH, down, 1038, bytes(300)))
            down += 300
        c.add(end + 1.3, tcp(C2, src, 80, 40000 + i, ACK | FIN, down, 1038))
        c.add(end + 1.301, tcp(src, C2, 40000 + i, 80, ACK | FIN, 1038, down + 1))
        t += 1.43


@case()
def beacon_none_keepalives(c):
    """A connection that says nothing but TCP's own keepalives, every 45 s."""
    src = "10.1.0.66"
    c.session(5, src, C2, 40000, 443, [(">", b"hello"), ("<", b"hello")], close=False)
    for i in range(1, 40):
        c.add(5 + 45 * i, tcp(src, C2, 40000, 443, ACK, 1005, 5006, b"\0"))
        c.add(5 + 45 * i + .03, tcp(C2, src, 443, 40000, ACK, 5006, 1006))


def improvised(name=""):
    """TLS 1.2 with a certificate that signs itself; no name asked for unless one is given."""
    talk = tls_from("Some Server", "Some Server", **({"name": name} if name else {}))
    if name:
        return talk
    hello = b"\x03\x03" + bytes(range(32)) + b"\0" + vector(b"\xc0\x2f\x00\x2f") + b"\x01\0" + vector(b"")
    return [(">", record(22, handshake(1, hello)))] + talk[1:]


@case()
def beacon_improvised_server(c):
    """Fourteen TLS sessions with one: told with the first; that they come each minute is the second proof."""
    make.office(c)
    for i in range(14):
        c.session(5 + 60 * i, "10.1.0.66", C2, 40000 + i, 4782, improvised())


@case()
def beacon_none_own_appliance(c):
    """An appliance of one's own, called once by its name: a certificate nobody signed is no news."""
    make.office(c)
    c.session(5, "10.1.0.66", C2, 40000, 4782, improvised("nas.example.org"))


PUBLIC = "192.0.2.66"


@case()
def public_site_beacon(c):
    """A site of public addresses, of which a router's mirror shows no ARP: ours is who stands on one side of all."""
    for i in range(10):
        call(c, 5 + 7 * i, PUBLIC, f"198.18.{i}.9", 900 + i, "www.example.net")
    calls(c, lambda i: 60, 24, src=PUBLIC, t=90.0)


@case()
def public_none_two_servers(c):
    """Two servers on public addresses, one calling the other: neither is known to be ours, nothing is said."""
    calls(c, lambda i: 60, 24, src=PUBLIC)


if __name__ == "__main__":
    make.main(sys.argv[1:])
