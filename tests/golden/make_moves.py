#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes the golden captures of paths, stepping stones, forged tickets and slow guessing: make_moves.py [CASE…];
like make.py."""
import struct
import sys

import make
from craft import ACK, PSH, tcp
from make_proto import kexinit, packet
from sessions import der, rpc

make.CASES.clear()
case = make.case
SVCCTL = "367abb81-9844-35f1-ad32-98f038001003"


def host(n):
    return f"10.1.0.{n}"


def ssh_talk(failures=0):
    """A login by its sizes, right after so many wrong passwords."""
    offer = kexinit("aes128-ctr", "hmac-sha2-256") + packet(b"\x15")
    sizes = [(">", 64), ("<", 64), (">", 80), ("<", 80)] + [(">", 144), ("<", 80)] * failures
    sizes += [(">", 144), ("<", 48)]
    return [("<", b"SSH-2.0-OpenSSH_9.2p1\r\n"), (">", b"SSH-2.0-libssh_0.10\r\n"), (">", offer),
            ("<", offer)] + [(way, b"\x5a" * n) for way, n in sizes]


def ssh(c, t, a, b, port=50000):
    return c.session(t, host(a), host(b), port, 22, ssh_talk())


def service(c, t, a, b, port=51000):
    """CreateServiceW on another host, sealed or not: the stub says nothing here."""
    return c.session(t, host(a), host(b), port, 49667, rpc(SVCCTL, 12, bytes(64), 2))


@case()
def chain_a_command_after_a_login(c):
    """One host logs in to a second by SSH; half a minute later that one creates a service on a third."""
    make.office(c)
    ssh(c, 5, 66, 67)
    service(c, 35, 67, 68)


@case()
def chain_three_logins(c):
    """SSH from host to host to host to host, none of it before: a finding, then an alert."""
    make.office(c)
    for i in range(3):
        ssh(c, 5 + 20 * i, 66 + i, 67 + i)


@case(args="--set assets=10.1.0.67=jump,10.1.0.68=jump")
def chain_through_jump_hosts(c):
    """The same, and the hosts in the middle are there for it: findings."""
    chain_three_logins(c)


@case()
def chain_none_one_admin(c):
    """An administrator's host logs in to six hosts one after the other, and a second one does: no path."""
    make.office(c)
    for i in range(6):
        ssh(c, 5 + 20 * i, 66, 70 + i, 50000 + i)
        ssh(c, 15 + 20 * i, 67, 75 - i, 50000 + i)


@case()
def chain_none_much_later(c):
    """Eleven minutes between the two steps."""
    make.office(c)
    ssh(c, 5, 66, 67)
    ssh(c, 700, 67, 68)


@case()
def chain_worm(c):
    """A host creates services on two; each of these on two more, and one of those again: what was done to them."""
    make.office(c)
    tree = {66: (70, 71), 70: (72, 73), 71: (74, 75), 72: (76, 77)}
    for i, (a, reached) in enumerate(tree.items()):
        for n, b in enumerate(reached):
            service(c, 5 + 700 * i + 5 * n, a, b, 51000 + n)


class Typed:
    """A session picked up in its middle, with a byte from its client whenever it is typed into."""

    def __init__(self, c, a, b, port, service=22):
        self.c, self.a, self.b, self.port, self.service = c, host(a), host(b), port, service
        self.c.handshake(0, self.a, self.b, port, service)
        self.seq = {">": 1001, "<": 5001}

    def say(self, t, way=">", n=52):
        a, b, p, q = (self.a, self.b, self.port, self.service)
        if way == "<":
            a, b, p, q = b, a, q, p
        back = "<" if way == ">" else ">"
        self.c.add(t, tcp(a, b, p, q, ACK | PSH, self.seq[way], self.seq[back], b"\x5a" * n))
        self.seq[way] += n
        self.c.add(t + .0005, tcp(b, a, q, p, ACK, self.seq[back], self.seq[way]))


PAUSES = (.9, 2.3, .7, 1.6, 3.1, 1.2, .8, 2.7, 1.4, 4.2)


@case()
def stone_telnet_into_ssh(c):
    """What is typed into a Telnet session of a host goes on by SSH to a third: 10 of 10."""
    outer, inner = Typed(c, 66, 67, 50000, 23), Typed(c, 67, 68, 50001)
    t = 1
    for pause in PAUSES:
        t += pause
        outer.say(t, n=1)
        inner.say(t + .004)
        inner.say(t + .02, "<")
        outer.say(t + .025, "<", 1)


@case()
def stone_none_keepalives(c):
    """Two sessions through one host that keep themselves alive, every ten seconds, at the same time."""
    outer, inner = Typed(c, 66, 67, 50000), Typed(c, 67, 68, 50001)
    for i in range(30):
        outer.say(1 + 10 * i)
        inner.say(1.03 + 10 * i)


@case()
def stone_none_two_people(c):
    """Two people at one host, each at a speed of their own."""
    outer, inner = Typed(c, 66, 67, 50000), Typed(c, 67, 68, 50001)
    for i in range(40):
        outer.say(1 + 2.1 * i + PAUSES[i % 10] / 3)
        inner.say(1.5 + 2.3 * i + PAUSES[(i + 3) % 10] / 4)


def recorded(name):
    """[(seconds after the first, frame), …] of a recording of the range that is a case itself."""
    data = (make.here / f"range_{name}" / "input.pcap").read_bytes()
    at, out = 24, []
    while at + 16 <= len(data):
        sec, usec, n, _ = struct.unpack_from("<IIII", data, at)
        out.append((sec + usec / 1e6, data[at + 16:at + 16 + n]))
        at += 16 + n
    return [(t - out[0][0], frame) for t, frame in out]


def tickets(c):
    """A user's tickets, got and shown 17 times (real ones, from the range: only what goes to port 88)."""
    for i in range(17):
        for t, frame in recorded("ok-tickets"):
            if frame[12:14] == b"\x08\0" and b"\0\x58" in (frame[34:36], frame[36:38]):
                c.add(600 * i + t, frame)


def silver(c, t0):
    for t, frame in recorded("silver-ticket"):
        c.add(t0 + t, frame)


@case()
def silver_after_half_a_day(c):
    """A service ticket that nobody issued, after twelve hours in which all that were shown had been issued."""
    tickets(c)
    silver(c, 12.1 * 3600)


@case()
def silver_too_early(c):
    """The same an hour sooner: it may have been issued before we looked. A finding."""
    tickets(c)
    silver(c, 11 * 3600)


@case()
def silver_none_unseen(c):
    """The same after half a day in which no controller was seen: nothing can be said."""
    silver(c, 12.1 * 3600)


def bind(c, t, a, user, works, port):
    """A simple bind at the directory, and how it went (RFC 4511 4.2; 49 is invalidCredentials)."""
    asked = der(0x30, der(2, b"\1"), der(0x60, der(2, b"\3"), der(4, user.encode()), der(0x80, b"Winter2026")))
    said = der(0x30, der(2, b"\1"), der(0x61, der(10, b"\0" if works else b"\x31"), der(4), der(4)))
    c.session(t, host(a), host(9), port, 389, [(">", asked), ("<", said)])


PEOPLE = "alice bob carol dave erin frank grace heidi ivan judy mallory niaj olivia peggy".split()


@case()
def spray_slow(c):
    """One wrong password for each of fourteen accounts, forty minutes apart; one of them works in the end."""
    for i, user in enumerate(PEOPLE):
        bind(c, 2400 * i, 66, user + "@corp.example", False, 40000 + i)
    bind(c, 2400 * len(PEOPLE), 66, "dave@corp.example", True, 41000)


@case()
def spray_none_people(c):
    """Fourteen people log in through one server over a day, and most mistype their password first."""
    for i, user in enumerate(PEOPLE):
        if i % 4:
            bind(c, 2400 * i, 66, user + "@corp.example", False, 40000 + i)
        bind(c, 2400 * i + 20, 66, user + "@corp.example", True, 41000 + i)


def carried(talk, more=36):
    """What of another connection looks like inside an SSH session: each message and SSH's overhead."""
    return [(way, b"\x5a" * (len(data) + more)) for way, data in talk]


def longer(talk):
    return talk + [(">", b"\x5a" * 1348), ("<", b"\x5a" * 6000), (">", b"\x5a" * 52), ("<", b"\x5a" * 1200)]


@case()
def forward_from_outside(c):
    """ssh -J from outside: the session with the host in the middle carries its whole connection to a third."""
    make.office(c)
    inner = longer(ssh_talk())
    c.session(5, "203.0.113.9", host(67), 50000, 22, ssh_talk() + carried(inner))
    c.session(5.3, host(67), host(68), 50001, 22, inner)


@case()
def forward_from_one_of_ours(c):
    """The same from inside: bastions are for that."""
    make.office(c)
    inner = longer(ssh_talk())
    c.session(5, host(66), host(67), 50000, 22, ssh_talk() + carried(inner))
    c.session(5.3, host(67), host(68), 50001, 22, inner)


@case()
def forward_none_ran_there(c):
    """ssh from outside that has the host in the middle run ssh: what is said goes on, the handshake does not."""
    make.office(c)
    said = longer([])
    c.session(5, "203.0.113.9", host(67), 50000, 22, ssh_talk() + said)
    c.session(5.3, host(67), host(68), 50001, 22, ssh_talk() + said)


def pauses(c, t, src, dst, talk, port=50000):
    """A session, then [(seconds of silence, way, bytes), …]."""
    end = c.session(t, src, dst, port, 22, ssh_talk(), close=False)
    up = 1001 + sum(len(d) for w, d in ssh_talk() if w == ">")
    down = 5001 + sum(len(d) for w, d in ssh_talk() if w == "<")
    t = end
    for wait, way, n in talk:
        t += wait
        for at in range(0, n, 1400):
            part = bytes(min(1400, n - at))
            if way == ">":
                c.add(t, tcp(src, dst, port, 22, ACK | PSH, up, down, part))
                up += len(part)
            else:
                c.add(t, tcp(dst, src, 22, port, ACK | PSH, down, up, part))
                down += len(part)
            t += .002


@case()
def forward_served_back(c):
    """ssh -R: after a silence the server asks and the client answers, twice."""
    make.office(c)
    pauses(c, 5, host(66), "198.51.100.7", [(3, "<", 100), (.01, ">", 44), (.01, "<", 1600), (.02, ">", 4000),
                                            (4, "<", 200), (.01, ">", 9000), (5, ">", 36)])


@case()
def forward_none_typed(c):
    """Somebody types into an outside server, whose program goes on talking."""
    make.office(c)
    pauses(c, 5, host(66), "198.51.100.7", [(1, ">", 300), (.05, "<", 400), (2, ">", 200), (.05, "<", 9000),
                                            (3, "<", 4000), (3, "<", 4000), (.1, ">", 400), (2, ">", 36)])


@case()
def forward_none_copied(c):
    """A folder copied to an outside server that is slow to answer."""
    make.office(c)
    pauses(c, 5, host(66), "198.51.100.7", [(.05, ">", 300), (.05, "<", 300), (.1, ">", 90000), (2, "<", 120),
                                            (.02, ">", 60000), (2, "<", 120), (.02, ">", 60000), (2, ">", 36)])


@case()
def public_site_service(c):
    """Two hosts on public addresses, nothing private in sight: a service is created all the same."""
    c.session(5, "192.0.2.66", "192.0.2.67", 51000, 49667, rpc(SVCCTL, 12, bytes(64), 2))


if __name__ == "__main__":
    make.main(sys.argv[1:])
