#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes the golden captures of ordinary work that looks like somebody's attack: make_firm.py [CASE…]; like
make.py. make_office.py has the network's own noise; here are servers, portables and people. All stay quiet at
alert tier."""
import hashlib
import random
import struct
import sys

import make
from craft import ACK, PSH, RST, SYN, arp, ether, icmp, ip, mac, tcp, udp
from make_logins import TALKS
from make_moves import bind, recorded, ssh_talk
from make_segment import icmp6, option, packed, router
from make_tunnel import A, ask, dns_name
from sessions import der, record, request, rpc, tls, tls_from

make.CASES.clear()
case = make.case
GATEWAY, SERVER, DC = "10.1.0.1", "10.1.0.9", "10.1.0.2"


def dhcp(c, t, kind, who, address="0.0.0.0", name="", server=DC, xid=7, router_=GATEWAY, dns=DC):
    """A message of DHCP: 1, 3 of a client, to everybody; 2, 5, 6 of a server."""
    ask_ = kind in (1, 3)
    data = struct.pack("!BBBBIHH4s4s4s4s", 1 if ask_ else 2, 1, 6, 0, xid, 0, 0x8000, bytes(4),
                       packed("0.0.0.0" if ask_ else address), packed(server), bytes(4))
    data += who + bytes(10 + 64 + 128) + b"\x63\x82\x53\x63" + option(53, bytes([kind]))
    if name:
        data += option(12, name.encode())
    if kind == 3:
        data += option(50, packed(address)) + option(54, packed(server))
    if not ask_:
        data += option(54, packed(server)) + option(51, struct.pack("!I", 28800)) + option(3, packed(router_)) + option(6, packed(dns))
    if ask_:
        c.add(t, udp("0.0.0.0", "255.255.255.255", 68, 67, data + b"\xff", smac=who, dmac=b"\xff" * 6))
    else:
        c.add(t, udp(server, "255.255.255.255", 67, 68, data + b"\xff", smac=mac(server), dmac=b"\xff" * 6))


@case()
def firm_none_portal(c):
    """Monday, nine o'clock: people log in to the web mail, which asks the directory; a third mistype, some names
    are wrong, some passwords have expired over the weekend."""
    make.office(c)
    rnd = random.Random(3)
    n = 0
    for i in range(150):
        user = f"cn=user{i},dc=corp,dc=test"
        works = [True] if rnd.random() < .66 else [False, True] if rnd.random() < .5 else [False, False]
        for k, good in enumerate(works):
            n += 1
            asked = der(0x30, der(2, b"\1"), der(0x60, der(2, b"\3"), der(4, user.encode()), der(0x80, b"secret")))
            said = der(0x30, der(2, b"\1"), der(0x61, der(10, b"\0" if good else b"\x31"), der(4), der(4)))
            c.session(20 + i * 3 + k * 9, "10.1.0.25", DC, 40000 + n, 389, [(">", asked), ("<", said)])


def undocked(c, same_name):
    """The recording of tickets that one host gets and another shows; before it, two leases."""
    a, b = bytes.fromhex("02004d0020aa"), bytes.fromhex("02004d001faa")
    for t, who, address, name in ((0, a, "10.77.0.32", "PORTABLE7"), (30, b, "10.77.0.31", "PORTABLE7" if same_name else "DESK9")):
        dhcp(c, t, 1, who, name=name, xid=int(t) + 5)
        dhcp(c, t + .1, 2, who, address, xid=int(t) + 5, server="10.77.0.1", router_="10.77.0.1", dns="10.77.0.1")
        dhcp(c, t + .2, 3, who, address, name, "10.77.0.1", int(t) + 5)
        dhcp(c, t + .3, 5, who, address, xid=int(t) + 5, server="10.77.0.1", router_="10.77.0.1", dns="10.77.0.1")
    for t, frame in recorded("ptt"):
        c.add(40 + t, frame)


@case()
def firm_none_undocked(c):
    """A portable leaves its cable for the radio: another MAC, another address, the tickets it had."""
    undocked(c, True)


@case()
def firm_ticket_at_another_desk(c):
    """The same, but the hosts have names of their own: tickets were stolen."""
    undocked(c, False)


@case()
def firm_none_failover(c):
    """A cluster's address moves between two nodes, there and back; a pair of firewalls changes places; VRRP and
    HSRP speak; two cards share an address; the ARP of all is renewed unasked."""
    make.office(c)
    nodes, shared = ("10.1.0.11", "10.1.0.12"), "10.1.0.10"
    for i in range(40):
        t = 20 + i * 1.0
        c.add(t, ip("10.1.0.3", "224.0.0.18", 112, b"\x31\x01\x64\x01\0\x01\0\0" + packed(GATEWAY), ttl=255,
                    smac=bytes.fromhex("00005e000101"), dmac=bytes.fromhex("01005e000012")))
        c.add(t + .2, udp("10.1.0.4", "224.0.0.2", 1985, 1985, bytes([0, 0, 16, 3, 10, 110, 1, 0]) + b"cisco\0\0\0" + packed(GATEWAY)))
    for turn in range(6):
        t, node = 60 + turn * 120, nodes[turn % 2]
        for k in range(4):
            c.add(t + k * .5, arp(1, shared, shared, mac(node)))
            c.add(t + k * .5 + .1, arp(2, shared, shared, mac(node), b"\xff" * 6))
        for k in range(12):
            client = f"10.1.0.{20 + k}"
            c.add(t + 5 + k * .2, arp(1, client, shared))
            c.add(t + 5.001 + k * .2, arp(2, shared, client, mac(node), mac(client)))
            c.session(t + 6 + k * .5, client, shared, 51000 + turn * 20 + k, 445, [(">", b"\0"), ("<", b"\0")])
    for turn in range(2):  # the firewalls have no virtual MAC
        t, who = 900 + turn * 200, b"\x02\x00\x5a\0\0" + bytes([turn])
        for k in range(3):
            c.add(t + k, arp(1, "10.1.0.254", "10.1.0.254", who))
        for k in range(12):
            client = f"10.1.0.{20 + k}"
            c.add(t + 4 + k, arp(1, client, "10.1.0.254"))
            c.add(t + 4.001 + k, arp(2, "10.1.0.254", client, who, mac(client)))


@case()
def firm_none_sleep_proxy(c):
    """A television answers ARP for hosts that sleep and told it so; a dial-in server for its clients."""
    make.office(c)
    for i in range(8):
        sleeper, proxy = f"10.1.0.{40 + i}", mac("10.1.0.90")
        c.add(10 + i, arp(1, "10.1.0.20", sleeper))
        c.add(10.001 + i, arp(2, sleeper, "10.1.0.20", mac(sleeper), mac("10.1.0.20")))
        c.add(60 + i, arp(1, sleeper, sleeper, proxy))
        for k in range(3):
            asker = f"10.1.0.{20 + k}"
            c.add(100 + i * 10 + k, arp(1, asker, sleeper))
            c.add(100.002 + i * 10 + k, arp(2, sleeper, asker, proxy, mac(asker)))
        c.add(300 + i, arp(1, sleeper, sleeper, mac(sleeper)))  # awake again
    for i in range(20):
        c.add(400 + i, arp(1, "10.1.0.20", f"10.1.0.{150 + i}"))
        c.add(400.01 + i, arp(2, f"10.1.0.{150 + i}", "10.1.0.20", mac("10.1.0.5"), mac("10.1.0.20")))


@case()
def firm_none_power_cut(c):
    """Everything starts at once: sixty hosts ask for a lease, two servers offer (a pair), both know the lease; some
    ask for what another has and are refused; then each asks for its gateway, its name server, its printer, which
    are not up yet."""
    rnd = random.Random(4)
    for i in range(60):
        who, address, t = mac(f"10.1.0.{20 + i}"), f"10.1.0.{20 + i}", rnd.random() * 8
        for again in range(3):
            dhcp(c, t + again * 4, 1, who, name=f"PC{i}", xid=1000 + i)
        for k, server in enumerate(("10.1.0.2", "10.1.0.3")):
            dhcp(c, t + 8.1 + k * .01, 2, who, address, xid=1000 + i, server=server)
        dhcp(c, t + 8.2, 3, who, address, f"PC{i}", "10.1.0.2", 1000 + i)
        dhcp(c, t + 8.25, 6 if i % 9 == 4 else 5, who, address, xid=1000 + i, server="10.1.0.2")
        for k in range(3):
            c.add(t + 8.3 + k, arp(1, "0.0.0.0", address, who))
        c.add(t + 12, arp(1, address, address, who))
        for k, target in enumerate((GATEWAY, DC, "10.1.0.230", "10.1.0.231", f"10.1.0.{240 + i % 3}")):
            for again in range(3):
                c.add(t + 13 + k * .1 + again, arp(1, address, target, who))
    for i in range(60):
        c.session(60 + i * .2, f"10.1.0.{20 + i}", DC, 50000 + i, 445, [(">", b"\0"), ("<", b"\0")])


@case()
def firm_none_mail_server(c):
    """A mail server: black lists asked about each sender, SPF, mail to servers of which a third is gone, strangers
    who try to log in once."""
    make.office(c)
    rnd = random.Random(6)
    me = "10.1.0.26"
    for i in range(200):
        t, far = 20 + i * 1.5, f"{rnd.randint(20, 200)}.{rnd.randint(0, 250)}.{rnd.randint(0, 250)}.{rnd.randint(1, 250)}"
        back = ".".join(reversed(far.split(".")))
        for k, zone in enumerate(("zen.spamhaus.org", "bl.spamcop.net", "b.barracudacentral.org")):
            ask(c, t + k * .05, me, DC, 20000 + i * 3 + k, i, f"{back}.{zone}", A, rcode=3)
        ask(c, t + .2, me, DC, 30000 + i, i, f"{back}.in-addr.arpa", 12, dns_name(f"mail{i}.example.net"))
        if i % 3 == 0:
            c.add(t + .5, tcp(me, far, 40000 + i, 25, SYN, 1))
            c.add(t + 3.5, tcp(me, far, 40000 + i, 25, SYN, 1))
        else:
            c.session(t + .5, me, far, 40000 + i, 25, [("<", b"220 mx ESMTP\r\n"), (">", b"EHLO mail\r\n"), ("<", b"250 mx\r\n"),
                                                       (">", b"QUIT\r\n"), ("<", b"221 bye\r\n")])


@case()
def firm_none_guests(c):
    """Forty telephones behind one address: makers' clouds, mail, chat, calls by radio, much of it closed."""
    make.office(c)
    rnd = random.Random(7)
    me = "10.1.0.250"
    ports = [443, 443, 443, 80, 993, 5228, 5222, 5223, 853, 587, 465, 8883, 3478, 4500]
    for i in range(400):
        t, far, port = 20 + i * .7, f"{rnd.randint(20, 200)}.{rnd.randint(0, 250)}.{i % 250}.9", ports[i % len(ports)]
        if port in (853, 587, 465) or rnd.random() < .12:
            c.add(t, tcp(me, far, 20000 + i, port, SYN, 1))
            c.add(t + .02, tcp(far, me, port, 20000 + i, RST | ACK, 0, 2)) if i % 2 else c.add(t + 1, tcp(me, far, 20000 + i, port, SYN, 1))
        else:
            c.session(t, me, far, 20000 + i, port, [(">", b"\x16\3\1\0\5hello"), ("<", bytes(400))])
        c.add(t + .3, udp(me, far, 30000 + i, 4500, b"\0\0\0\0" + bytes(60))) if i % 7 == 0 else None


@case()
def firm_none_streams(c):
    """Cameras to their recorder, television to a group, telephones' sound, a log collector, flow records: one way."""
    make.office(c)
    c.snaplen = 64
    for i in range(3000):
        t = 20 + i * .001
        c.add(t, udp("10.1.3.20", "10.1.0.27", 40000, 6970, b"\x80\x60" + struct.pack("!HI", i, i * 90) + bytes(1300)))
        c.add(t + .0003, udp("10.1.3.30", "239.1.1.1", 40000, 5004, b"\x80\x21" + struct.pack("!HI", i, i * 90) + bytes(1316),
                             dmac=bytes.fromhex("01005e010101")))
        if i % 3 == 0:
            c.add(t + .0006, udp("10.1.0.1", "10.1.0.28", 50000, 2055, b"\0\x09\0\x18" + bytes(1400)))


@case()
def firm_none_presenter(c):
    """Somebody shows his screen to a seminar: 40 MB of pictures out in two minutes, little comes back."""
    make.office(c)
    c.snaplen = 80
    me, far = "10.1.0.33", "198.51.100.77"
    for i in range(10):
        c.add(15 + i * .1, udp(me, far, 51000, 3478, b"\0\1\0\x08\x21\x12\xa4\x42" + bytes(20)))
        c.add(15.02 + i * .1, udp(far, me, 3478, 51000, b"\1\1\0\x0c\x21\x12\xa4\x42" + bytes(24)))
    for i in range(3000):
        t = 20 + i * .04
        c.add(t, udp(me, far, 51000, 3478, b"\x90\x6f" + struct.pack("!HII", i, i * 1800, 77) + bytes(13200)))
        if i % 4 == 0:
            c.add(t + .004, udp(far, me, 3478, 51000, b"\x81\xc9\0\7" + bytes(28)))
        if i % 2 == 0:
            c.add(t + .006, udp(far, me, 3478, 51000, b"\x80\x6f" + struct.pack("!HII", i, i * 960, 78) + bytes(120)))


@case()
def firm_carried_out_by_datagrams(c):
    """The same amount by a protocol of its own over UDP, five times as fast as any picture: no seminar."""
    make.office(c)
    c.snaplen = 80
    me, far = "10.1.0.33", "198.51.100.77"
    for i in range(3000):
        t = 20 + i * .002
        c.add(t, udp(me, far, 51000, 4433, struct.pack("!II", 9, i) + bytes(13200)))
        if i % 8 == 0:
            c.add(t + .001, udp(far, me, 4433, 51000, struct.pack("!II", 8, i)))


def nbns(c, t, name, suffix, src, dst, ident):
    raw = name.ljust(15).encode() + bytes([suffix])
    label = b"\x20" + b"".join(bytes([0x41 + (b >> 4), 0x41 + (b & 15)]) for b in raw) + b"\0"
    c.add(t, udp(dst, "10.1.0.255", 137, 137, struct.pack("!6H", ident, 0x0110, 1, 0, 0, 0) + label + b"\0\x20\0\1", dmac=b"\xff" * 6))
    c.add(t + .002, udp(src, dst, 137, 137, struct.pack("!6H", ident, 0x8500, 0, 1, 0, 0) + label + b"\0\x20\0\1\0\4\x93\xe0\0\6\0\0"
                        + packed(src)))


@case()
def firm_none_many_names(c):
    """A file server has a name, two aliases, and is the segment's browser; a printer answers to its own."""
    make.office(c)
    names = [("FILES", 0), ("FILES", 0x20), ("CORP", 0x1B), ("CORP", 0x1D), ("PROJECTS", 0x20), ("ARCHIVE", 0x20)]
    for again in range(5):
        for i, (name, suffix) in enumerate(names):
            nbns(c, 20 + again * 60 + i, name, suffix, SERVER, f"10.1.0.{20 + (i + again) % 6}", again * 10 + i)
        nbns(c, 50 + again * 60, "PRINTER1", 0, "10.1.0.230", "10.1.0.21", 900 + again)


@case()
def firm_none_devices(c):
    """A monitor asks sixty devices by SNMP with three communities, of which most know one; tries RPC and SSH on
    them; the print server asks its printers, four of which are off."""
    make.office(c)
    communities, n = (b"public", b"corp-ro", b"private"), 0
    for turn in range(3):
        for i in range(60):
            dst = f"10.1.6.{i + 1}"
            for k, community in enumerate(communities):
                n += 1
                t = 20 + turn * 60 + i * .8 + k * .1
                get = der(0xA0, der(2, bytes([n & 127])), der(2, b"\0"), der(2, b"\0"),
                          der(0x30, der(0x30, bytes.fromhex("06082b06010201010500"), b"\5\0")))
                c.add(t, udp("10.1.0.5", dst, 20000 + n, 161, der(0x30, der(2, b"\1"), der(4, community), get)))
                if k == i % 3 and i % 10:
                    c.add(t + .01, udp(dst, "10.1.0.5", 161, 20000 + n, der(0x30, der(2, b"\1"), der(4, community), b"\xa2" + get[1:])))
            if i % 10 and turn == 0:
                c.session(t + .3, "10.1.0.5", dst, 30000 + n, 22, [("<", b"SSH-2.0-dropbear\r\n"), (">", b"SSH-2.0-probe\r\n")])
                c.session(t + .5, "10.1.0.5", dst, 31000 + n, 80, [(">", b"GET / HTTP/1.0\r\n\r\n"), ("<", b"HTTP/1.0 200 OK\r\n\r\n")])
    for i in range(24):
        dst = f"10.1.7.{i % 12 + 1}"
        if i % 12 in (2, 5, 6, 9):
            c.add(30 + i * 9, tcp("10.1.0.29", dst, 40000 + i, 9100, SYN, 1))
        else:
            c.session(30 + i * 9, "10.1.0.29", dst, 40000 + i, 9100, [(">", b"\x1b%-12345X@PJL\r\n"), ("<", b"@PJL\r\n")])


@case()
def firm_none_replication(c):
    """Two domain controllers, of which clients ask both, replicate; a third, read-only, pulls."""
    make.office(c)
    drs = "e3514235-4b06-11d1-ab04-00c04fc2dcd2"
    pair = (DC, "10.1.0.3", "10.1.8.2")
    for k, dc in enumerate(pair):
        for i in range(12):
            for j, port in enumerate((88, 389, 445, 53)):
                c.session(10 + i * 2 + j * .1 + k * .3, f"10.1.0.{20 + i}", dc, 20000 + k * 1000 + i * 10 + j, port, [(">", b"\0"), ("<", b"\0")])
    for i in range(10):
        for k, (a, b) in enumerate(((pair[0], pair[1]), (pair[1], pair[0]), (pair[2], pair[0]))):
            c.session(60 + i * 15 + k, a, b, 41000 + i * 10 + k, 49667, rpc(drs, 3, bytes(200), 4))


@case()
def firm_none_branch(c):
    """A branch behind one address comes in on Monday: thirty machines set up their secure channels."""
    make.office(c)
    netlogon = "12345678-1234-abcd-ef00-01234567cffb"
    for i in range(30):
        bind, taken, call, answer = rpc(netlogon, 4, bytes(60))
        calls = [call, answer] + rpc(netlogon, 26, bytes(90))[2:]
        c.session(20 + i * 1.5, "10.1.0.252", DC, 41000 + i, 49670, [bind, taken] + calls)


@case()
def firm_two_that_lease(c):
    """Two domain controllers lease apart from each other, and each names itself first as name server: a finding.
    Then a host that nobody asks for names does so: an alert."""
    for k, dc in enumerate((DC, "10.1.0.3")):
        for i in range(12):
            for j, port in enumerate((88, 389, 445)):
                c.session(i * 2 + j * .1 + k * .3, f"10.1.0.{20 + i}", dc, 20000 + k * 1000 + i * 10 + j, port, [(">", b"\0"), ("<", b"\0")])
            ask(c, i * 2 + 1 + k * .3, f"10.1.0.{20 + i}", dc, 30000 + k * 100 + i, i, "www.example.net", A, bytes([203, 0, 113, 9]))
    for i, server in enumerate((DC, "10.1.0.3", DC, "10.1.0.3")):
        who = mac(f"10.1.0.{20 + i}")
        dhcp(c, 60 + i * 5, 1, who, name=f"PC{i}", xid=90 + i)
        dhcp(c, 60.1 + i * 5, 2, who, f"10.1.0.{20 + i}", xid=90 + i, server=server, dns=server)
        dhcp(c, 60.3 + i * 5, 5, who, f"10.1.0.{20 + i}", xid=90 + i, server=server, dns=server)
    dhcp(c, 100, 1, mac("10.1.0.40"), name="PC40", xid=140)
    dhcp(c, 100.05, 2, mac("10.1.0.40"), "10.1.0.40", xid=140, server="10.1.0.66", dns="10.1.0.66")


@case()
def firm_none_calls_home(c):
    """What calls its maker all day: clocks, a licence, telemetry, a screen of the weather, push messages; an update
    from a cache; a page with very long names."""
    rnd = random.Random(9)
    hello = b"\x16\3\1\0\x05hello"
    for i in range(60):
        t = i * 64
        for h in range(5):
            c.add(t + h, udp(f"10.1.0.{20 + h}", "203.0.113.123", 123, 123, b"\x23" + bytes(47)))
            c.add(t + h + .02, udp("203.0.113.123", f"10.1.0.{20 + h}", 123, 123, b"\x24" + bytes(47)))
        for h in range(4):
            c.session(t + 5 + h, f"10.1.0.{20 + h}", "198.51.100.9", 30000 + i * 4 + h, 443, [(">", hello), ("<", bytes(300))])
        c.session(t + 11, "10.1.0.31", "198.51.101.9", 20000 + i, 80,
                  [(">", b"GET /weather?town=1 HTTP/1.1\r\nHost: api.weather.example\r\n\r\n"), ("<", b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")])
        label = hashlib.sha256(b"%d" % i).hexdigest()
        ask(c, t + 20, "10.1.0.22", DC, 40000 + i, i, f"{label[:16]}.edge{i % 20}.eu-west-1.cdn-with-a-long-name.example.net", A,
            bytes([203, 0, 113, rnd.randint(1, 250)]))


@case()
def firm_none_old_passwords(c):
    """A copier binds to the directory with the password of last year, a database client and a page's too, for an hour
    each; a service proves itself by Kerberos each 20 s with an old key and is put right in the end; a pool of
    connections to a database worked until the password was changed."""
    make.office(c)
    for i in range(120):
        bind(c, 20 + i * 30, 30, "cn=copier,dc=corp,dc=test", False, 41000 + i)
        c.session(30 + i * 30, "10.1.0.31", SERVER, 42000 + i, 1433, TALKS[49731])
        c.session(35 + i * 30, "10.1.0.32", SERVER, 43000 + i, 80, [
            (">", request("GET /status", Authorization="Basic b3A6c2VjcmV0")),
            ("<", b"HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic realm=\"x\"\r\nContent-Length: 0\r\n\r\n")])
    for i in range(90):
        c.session(20 + i * 20, "10.1.0.33", DC, 44000 + i, 88, TALKS[10088])
    wrong = TALKS[25432]
    right = wrong[:-1] + [("<", b"R" + struct.pack(">II", 8, 0)), ("<", b"Z" + struct.pack(">I", 5) + b"I")]
    for i in range(120):
        c.session(20 + i * 2, "10.1.0.34", SERVER, 45000 + i, 5432, wrong if 30 <= i < 90 else right)


@case()
def firm_none_terminal_servers(c):
    """Twenty-four people come in by a gateway to a terminal server within four minutes; a monitor asks it each ten seconds
    whether it speaks at all. Then somebody guesses: short connections, in which nobody works."""
    make.office(c)
    ask_, ok = bytes.fromhex("030000130ee000000000000100080003000000"), bytes.fromhex("030000130ed000001234000200080002000000")
    hello = tls_from("Terminal", "ts1.corp.test", "ts1.corp.test")
    for i in range(24):
        c.session(20 + i * 9, "10.1.0.25", "10.1.0.60", 40000 + i, 3389, [(">", ask_), ("<", ok)] + hello
                  + [(">", record(23, bytes(1300))), ("<", record(23, bytes(100)))] * 13)
        c.session(21 + i * 9, "10.1.0.26", "10.1.0.60", 41000 + i, 3389, [(">", ask_), ("<", ok)])
    for i in range(24):
        c.session(300 + i * 4, "10.1.0.66", "10.1.0.60", 42000 + i, 3389, [(">", ask_), ("<", ok)] + hello
                  + [(">", record(23, bytes(600))), ("<", record(23, bytes(200)))])


def rounds(c, key):
    for i in range(14):
        talk = ssh_talk()
        if key:
            talk = [(way, data if len(data) != 144 else b"\x5a" * 500) for way, data in talk]
        c.session(20 + i * 9, "10.1.0.25", f"10.1.2.{10 + i}", 40000 + i, 22, talk)


@case()
def firm_none_first_night(c):
    """The first night: backups are fetched from fourteen servers by SSH, with a key: a finding."""
    make.office(c)
    rounds(c, True)


@case()
def firm_passwords_everywhere(c):
    """The same with a password that works at all of them: an alert."""
    make.office(c)
    rounds(c, False)


def carry(c, t, me, far, port, talk, mb=32):
    """A conversation that goes on with so many MB to the server."""
    c.session(t, me, far, 40000, port, talk, close=False)
    t, seq = t + 1, 1001 + sum(len(d) for way, d in talk if way == ">")
    ack = 5001 + sum(len(d) for way, d in talk if way == "<")
    for i in range(mb * 20):
        c.add(t + i * .03, tcp(me, far, 40000, port, ACK | PSH, seq + i * 50000, ack, bytes(50000)))
        if i % 4 == 3:
            c.add(t + i * .03 + .001, tcp(far, me, port, 40000, ACK, ack, seq + (i + 1) * 50000))


@case()
def firm_none_cloud(c):
    """Five of ours use a store of files, each at another of its networks; one stores 32 MB: a finding. So much to the
    networks of a name that only one of us knows: an alert."""
    make.office(c)
    c.snaplen = 400
    for h in range(5):
        c.session(20 + h, f"10.1.0.{40 + h}", f"192.0.{10 + h}.1", 41000 + h, 443, tls("www.files.example.com"))
    carry(c, 40, "10.1.0.45", "192.0.77.9", 443, tls("upload7.files.example.com"))
    carry(c, 90, "10.1.0.46", "192.0.78.9", 443, tls("upload7.nobody.example.org"))


@case()
def firm_none_attachment(c):
    """A mail server brings mail to six others, and to one of them 32 MB: a finding. Who never did brings as much: an alert."""
    make.office(c)
    c.snaplen = 200
    said = [("<", b"220 mx ESMTP\r\n"), (">", b"EHLO mail.firm.test\r\n"), ("<", b"250 mx\r\n"), (">", b"MAIL FROM:<a@firm.test>\r\n"),
            ("<", b"250 ok\r\n"), (">", b"RCPT TO:<b@customer.test>\r\n"), ("<", b"250 ok\r\n"), (">", b"DATA\r\n"), ("<", b"354 go\r\n")]
    for i in range(6):
        c.session(20 + i * 2, "10.1.0.26", f"192.0.{20 + i}.25", 41000 + i, 25, said + [(">", b"Subject: x\r\n\r\nhello\r\n.\r\n"), ("<", b"250 ok\r\n")])
    carry(c, 40, "10.1.0.26", "192.0.26.25", 25, said)
    carry(c, 90, "10.1.0.66", "192.0.30.25", 25, said)


@case()
def firm_none_takeover(c):
    """Addresses of services move between the nodes of a cluster that announce them and are asked for them; a dial-in
    server takes over for portables that were on the cable. The one who had them is silent."""
    make.office(c)
    for turn in range(4):
        node = mac(f"10.1.0.{11 + turn % 3}")
        for v in range(5):
            shared = f"10.1.0.{150 + v}"
            for k in range(4):
                c.add(20 + turn * 100 + v * 2 + k * 1.1, arp(2, shared, shared, node, b"\xff" * 6))
                c.add(40 + turn * 100 + v * 2 + k * 2, arp(1, f"10.1.0.{20 + k}", shared))
                c.add(40.01 + turn * 100 + v * 2 + k * 2, arp(2, shared, f"10.1.0.{20 + k}", node, mac(f"10.1.0.{20 + k}")))
    for i in range(8):
        portable, server = f"10.1.0.{100 + i}", mac("10.1.0.240")
        for k in range(4):
            c.add(500 + i + k * 10, arp(1, portable, SERVER))
        for k in range(3):
            c.add(600 + i * 5 + k, arp(2, portable, portable, server, b"\xff" * 6))
        for k in range(6):
            c.add(620 + i * 5 + k * 20, arp(1, SERVER, portable))
            c.add(620.01 + i * 5 + k * 20, arp(2, portable, SERVER, server, mac(SERVER)))


if __name__ == "__main__":
    make.main(sys.argv[1:])
