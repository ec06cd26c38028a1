#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes the golden captures of one segment's DHCP, router and neighbour discovery: make_segment.py
[CASE…]; like make.py."""
import ipaddress
import struct
import sys

import make
from craft import ip, mac, udp

make.CASES.clear()
case = make.case
ALL_NODES, ALL_DHCP = "ff02::1", "ff02::1:2"
GATEWAY, CLIENT, ATTACKER = "10.1.0.1", "10.1.0.20", "10.1.0.66"
GATEWAY6, CLIENT6, ATTACKER6 = "fe80::1", "fe80::20", "fe80::66"


def packed(a):
    return ipaddress.ip_address(a).packed


def option(code, data):
    return struct.pack("!BB", code, len(data)) + data


def lease(c, t, server, router, dns):
    """A DHCP acknowledgement."""
    data = struct.pack("!BBBBIHH4s4s4s4s", 2, 1, 6, 0, 7, 0, 0, bytes(4), packed(CLIENT), bytes(4), bytes(4))
    data += mac(CLIENT) + bytes(10 + 64 + 128) + b"\x63\x82\x53\x63" + option(53, b"\x05")
    data += option(54, packed(server)) + option(3, packed(router)) + option(6, packed(dns)) + b"\xff"
    c.add(t, udp(server, CLIENT, 67, 68, data))


def option6(code, data):
    return struct.pack("!HH", code, len(data)) + data


def lease6(c, t, kind, server, address, dns, smac):
    """A DHCPv6 advertisement (2) or reply (7)."""
    data = struct.pack("!I", kind << 24 | 5) + option6(2, b"\0\3\0\1" + smac)
    data += option6(3, bytes(12) + option6(5, packed(address) + struct.pack("!II", 300, 300)))
    data += option6(23, packed(dns))
    c.add(t, udp(server, CLIENT6, 547, 546, data, smac=smac, dmac=mac(CLIENT)))


def solicit6(c, t):
    c.add(t, udp(CLIENT6, ALL_DHCP, 546, 547, struct.pack("!I", 1 << 24 | 5) + option6(1, b"\0\3\0\1" + mac(CLIENT)),
                 smac=mac(CLIENT)))


def icmp6(src, dst, kind, body, smac):
    return ip(src, dst, 58, struct.pack("!BBH", kind, 0, 0) + body, ttl=255, smac=smac)


def router(c, t, src, smac, lifetime, prefix=None):
    body = struct.pack("!BBHII", 64, 0xC0, lifetime, 0, 0) + b"\1\1" + smac
    if prefix:
        body += struct.pack("!BBBBIII", 3, 4, 64, 0xC0, 3600, 3600, 0) + packed(prefix)
    c.add(t, icmp6(src, ALL_NODES, 134, body, smac))


def neighbour(c, t, src, target, smac):
    c.add(t, icmp6(src, CLIENT6, 136, b"\x20\0\0\0" + packed(target) + b"\2\1" + smac, smac))


def who_has(c, t, target):
    c.add(t, icmp6(CLIENT6, ALL_NODES, 135, bytes(4) + packed(target) + b"\1\1" + mac(CLIENT), mac(CLIENT)))


@case()
def poison_dhcpv6_own_dns(c):
    """A segment with IPv4 only; a host gives link-local addresses and itself as name server."""
    lease(c, 0, GATEWAY, GATEWAY, "10.1.0.2")
    router(c, 30, ATTACKER6, mac(ATTACKER), 0)
    solicit6(c, 31)
    lease6(c, 31.1, 2, ATTACKER6, "fe80::10:1:0:20", ATTACKER6, mac(ATTACKER))
    lease6(c, 31.2, 7, ATTACKER6, "fe80::10:1:0:20", ATTACKER6, mac(ATTACKER))


@case()
def poison_dhcpv6_own_dns_global(c):
    """The same with addresses of a prefix; the segment's router and DHCP server are others."""
    lease(c, 0, GATEWAY, GATEWAY, "10.1.0.2")
    solicit6(c, 31)
    lease6(c, 31.1, 7, ATTACKER6, "2001:db8::20", ATTACKER6, mac(ATTACKER))


@case()
def poison_none_dhcpv6_router(c):
    """A router that serves everything itself, and a server that names others."""
    lease(c, 0, GATEWAY, GATEWAY, GATEWAY)
    router(c, 1, GATEWAY6, mac(GATEWAY), 1800, "2001:db8::")
    solicit6(c, 31)
    lease6(c, 31.1, 7, GATEWAY6, "2001:db8::20", GATEWAY6, mac(GATEWAY))
    lease6(c, 40, 7, "fe80::5", "2001:db8::20", "2001:db8::53", mac("10.1.0.5"))
    for i in range(20):
        router(c, 60 + i, GATEWAY6, mac(GATEWAY), 1800, "2001:db8::")


@case()
def poison_second_router(c):
    """A computer that shares its connection; then a tool that fills the hosts' tables."""
    router(c, 0, GATEWAY6, mac(GATEWAY), 1800, "2001:db8::")
    router(c, 5, ATTACKER6, mac(ATTACKER), 1800, "2002:a01::")
    for i in range(20):
        fake = b"\x02\x00\x5a\x00\x00" + bytes([i])
        router(c, 100 + i / 10, f"fe80::5a:{i:x}", fake, 1800, f"2001:db8:{i:x}::")


@case()
def poison_neighbour(c):
    """A server's address claimed by a second MAC; before, a server moves to another card."""
    for i in range(3):
        who_has(c, i, "fd00::8")
        neighbour(c, i + .01, "fd00::8", "fd00::8", mac("10.1.0.8" if i < 2 else "10.1.0.88"))
    who_has(c, 8, "fd00::9")
    neighbour(c, 8.01, "fd00::9", "fd00::9", mac("10.1.0.9"))
    for i in range(10):
        neighbour(c, 10 + 2 * i, ATTACKER6, "fd00::9", mac(ATTACKER))


def name_servers(c, t, units, way=1):
    """A router advertisement with an RDNSS option that says `units` of 8 bytes; in `way` fragments."""
    option = struct.pack("!BBHI", 25, units, 0, 600) + packed("2001:db8::53") * 3
    body = struct.pack("!BBHBBHII", 134, 0, 0, 64, 0, 1800, 0, 0) + b"\1\1" + mac(GATEWAY) + option
    body = body[:24 + units * 8]
    if way == 1:
        c.add(t, ip(GATEWAY6, ALL_NODES, 58, body, ttl=255, smac=mac(GATEWAY)))
        return
    for i in range(0, len(body), 32):
        head = struct.pack("!BBHI", 58, 0, i | (i + 32 < len(body)), 7)
        c.add(t + i / 1000, ip(GATEWAY6, ALL_NODES, 44, head + body[i:i + 32], ttl=255, smac=mac(GATEWAY)))


@case()
def exploit_bad_neighbour(c):
    """CVE-2020-16898: a list of name servers that ends within an address, in fragments."""
    name_servers(c, 0, 4, way=2)


@case()
def exploit_none_name_servers(c):
    """One and two name servers; the second in fragments, which is odd but no attack."""
    name_servers(c, 0, 3)
    name_servers(c, 1, 5, way=2)


if __name__ == "__main__":
    make.main(sys.argv[1:])
