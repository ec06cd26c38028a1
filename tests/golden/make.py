#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes the golden captures: make.py [CASE…]. The same bytes at every run, so a case may be made
again at any time; `expected` is written by run.py --update and read by a person before it is
committed."""
import pathlib
import sys

from craft import ACK, PSH, RST, SYN, Capture, arp, icmp, tcp, udp, unreachable

here = pathlib.Path(__file__).resolve().parent
CASES = {}


def case(rules="", args=""):
    def take(make):
        CASES[make.__name__.replace("_", "-")] = (make, rules, args)
        return make
    return take


def office(c, t=0.0, n=20):
    """Ordinary work: a name asked, a page fetched, a file read."""
    for i in range(n):
        at = t + i * .7
        client = f"10.1.0.{20 + i % 6}"
        c.add(at, udp(client, "10.1.0.2", 40000 + i, 53, b"\x00\x01\x01\x00\x00\x01" + bytes(6)))
        c.add(at + .01, udp("10.1.0.2", client, 53, 40000 + i, b"\x00\x01\x81\x80" + bytes(40)))
        c.session(at + .02, client, "10.1.0.9" if i % 3 else "203.0.113.80", 50000 + i,
                  445 if i % 3 else 80, [(">", b"GET / HTTP/1.1\r\n\r\n"), ("<", b"x" * 900)])


@case()
def scan_sweep_syn(c):
    """One host asks 40 others for SSH; most are not there, some refuse. Ordinary work around it."""
    office(c)
    for i in range(40):
        t = 3 + i * .05
        dst = f"10.1.1.{i + 1}"
        c.add(t, tcp("10.1.0.66", dst, 41000 + i, 22, SYN, 7))
        if i % 4 == 0:
            c.add(t + .002, tcp(dst, "10.1.0.66", 22, 41000 + i, RST | ACK, 0, 8))


@case()
def scan_sweep_arp(c):
    """A sweep of the own segment is ARP: who-has for addresses that nobody has."""
    office(c)
    for i in range(60):
        c.add(3 + i * .02, arp(1, "10.1.0.66", f"10.1.0.{100 + i}"))


@case()
def scan_ports_one_host(c):
    """Many ports of one host, refused one by one."""
    office(c)
    for i, port in enumerate([21, 22, 23, 25, 80, 110, 111, 135, 139, 143, 389, 443, 445, 993, 995,
                              1433, 3306, 3389, 5432, 5900, 5985, 8080]):
        c.add(3 + i * .02, tcp("10.1.0.66", "10.1.0.9", 42000 + i, port, SYN, 7))
        c.add(3.001 + i * .02, tcp("10.1.0.9", "10.1.0.66", port, 42000 + i, RST | ACK, 0, 8))


@case()
def scan_sweep_unreachable(c):
    """A sweep across a router that says host unreachable."""
    office(c)
    for i in range(30):
        syn = tcp("10.1.0.66", f"10.9.0.{i + 1}", 43000 + i, 3389, SYN, 7)
        c.add(3 + i * .1, syn)
        c.add(3.01 + i * .1, unreachable("10.1.0.1", syn))


@case()
def scan_none_in_an_office(c):
    """Two minutes of ordinary work: nothing to say."""
    office(c, n=150)


@case()
def scan_none_backscatter(c):
    """SYN-ACKs from a server that somebody floods under our addresses; ours answer RST."""
    for i in range(200):
        ours = f"10.1.{i % 4}.{i % 200 + 1}"
        c.add(i * .3, tcp("198.51.100.7", ours, 80, 20000 + i, SYN | ACK, 99, 55))
        c.add(i * .3 + .001, tcp(ours, "198.51.100.7", 20000 + i, 80, RST, 55))


@case()
def scan_none_one_way_mirror(c):
    """The mirror shows only what clients send: their ACKs prove that the handshakes went well."""
    for i in range(60):
        src, dst = "10.1.0.30", f"203.0.113.{i + 1}"
        c.add(i * .5, tcp(src, dst, 30000 + i, 443, SYN, 7))
        c.add(i * .5 + .02, tcp(src, dst, 30000 + i, 443, ACK, 8, 1))
        c.add(i * .5 + .03, tcp(src, dst, 30000 + i, 443, ACK | PSH, 8, 1, b"hello"))


RULE_SPLIT = ('alert tcp any any -> any 80 (msg:"two words far apart"; flow:to_server,established; '
              'content:"alpha-word"; content:"omega-word"; distance:4; sid:100; rev:1;)\n')


@case(RULE_SPLIT)
def stream_split(c):
    """The words lie across segments, cut inside."""
    c.session(0, "10.1.0.20", "10.1.0.9", 50000, 80,
              [(">", b"xx alpha-w"), (">", b"ord and then om"), (">", b"ega-word yy")])


@case(RULE_SPLIT)
def stream_out_of_order(c):
    """Segments swapped and repeated: the stream is the same."""
    c.handshake(0, "10.1.0.20", "10.1.0.9", 50000, 80)
    data = b"xx alpha-word and then omega-word yy"
    for t, a, b in ((.01, 20, 36), (.02, 8, 20), (.03, 8, 20), (.04, 0, 8)):
        c.add(t, tcp("10.1.0.20", "10.1.0.9", 50000, 80, ACK | PSH, 1001 + a, 5001, data[a:b]))
    c.add(.05, tcp("10.1.0.9", "10.1.0.20", 80, 50000, ACK, 5001, 1001 + len(data)))


@case(RULE_SPLIT)
def stream_gap(c):
    """The middle was never seen: the words do not meet across the hole."""
    c.handshake(0, "10.1.0.20", "10.1.0.9", 50000, 80)
    c.add(.01, tcp("10.1.0.20", "10.1.0.9", 50000, 80, ACK | PSH, 1001, 5001, b"xx alpha-word "))
    c.add(.02, tcp("10.1.0.20", "10.1.0.9", 50000, 80, ACK | PSH, 1515, 5001, b"and omega-word"))
    c.add(.03, tcp("10.1.0.9", "10.1.0.20", 80, 50000, ACK, 5001, 1529))
    c.add(.04, tcp("10.1.0.20", "10.1.0.9", 50000, 80, ACK | PSH, 1529, 5001, b" more of it"))


@case(RULE_SPLIT)
def stream_midstream(c):
    """Picked up in the middle, no handshake seen."""
    c.add(0, tcp("10.1.0.20", "10.1.0.9", 50000, 80, ACK | PSH, 9001, 1, b"xx alpha-word and "))
    c.add(.01, tcp("10.1.0.9", "10.1.0.20", 80, 50000, ACK, 1, 9019))
    c.add(.02, tcp("10.1.0.20", "10.1.0.9", 50000, 80, ACK | PSH, 9019, 1, b"omega-word"))
    c.add(.03, tcp("10.1.0.9", "10.1.0.20", 80, 50000, ACK, 1, 9029))


@case('alert tcp any any -> any any (msg:"in a tag"; content:"tagged-needle"; sid:101; rev:1;)\n')
def vlan_and_qinq(c):
    """One and two tags; both directions in the same VLAN."""
    c.session(0, "10.1.0.20", "10.1.0.9", 50000, 80, [(">", b"tagged-needle")], vlans=(10,))
    c.session(1, "10.1.0.21", "10.1.0.9", 50001, 80, [(">", b"tagged-needle")], vlans=(10, 20))


@case('alert udp any any -> any 9999 (msg:"six"; content:"six-needle"; sid:102; rev:1;)\n'
      'alert udp any any -> any 9999 (msg:"size"; dsize:>20; sid:103; rev:1;)\n')
def ipv6_udp(c):
    c.add(0, udp("fd00::1", "fd00::2", 1234, 9999, b"..six-needle.."))
    c.add(1, udp("fd00::1", "fd00::2", 1234, 9999, b"-" * 21))


@case('alert icmp any any -> any any (msg:"echo"; itype:8; threshold: type limit, track by_src, '
      'count 1, seconds 60; sid:104; rev:1;)\n'
      'alert icmp any any -> any any (msg:"every third"; itype:8; threshold: type threshold, '
      'track by_dst, count 3, seconds 60; sid:105; rev:1;)\n'
      'alert icmp any any -> any any (msg:"once after three"; itype:8; threshold: type both, '
      'track by_src, count 3, seconds 60; sid:106; rev:1;)\n')
def thresholds(c):
    """Echo requests, 7 in 7 s, then 7 more two minutes later."""
    for i in range(14):
        c.add(i if i < 7 else 120 + i, icmp("10.1.0.20", "10.1.0.9", 8, 0, b"\0\1" + bytes([0, i])))


@case('alert tcp any any -> any any (msg:"xmas"; flags:FPU; sid:107; rev:1;)\n'
      'alert tcp any any -> any any (msg:"low ttl"; ttl:<3; flags:S; sid:108; rev:1;)\n')
def flags_and_ttl(c):
    c.add(0, tcp("10.1.0.20", "10.1.0.9", 50000, 80, 0x29, 5))
    c.add(1, tcp("10.1.0.20", "10.1.0.9", 50001, 80, SYN, 5, ttl=2))
    c.add(2, tcp("10.1.0.20", "10.1.0.9", 50002, 80, SYN, 5, ttl=3))


if __name__ == "__main__":
    for name, (make, rules, args) in CASES.items():
        if len(sys.argv) > 1 and name not in sys.argv[1:]:
            continue
        folder = here / name
        folder.mkdir(exist_ok=True)
        capture = Capture()
        make(capture)
        capture.write(folder / "input.pcap")
        if rules:
            (folder / "test.rules").write_text(rules)
        if args:
            (folder / "args").write_text(args)
        (folder / "what").write_text((make.__doc__ or name).strip() + "\n")
        print(name, len(capture.frames), "frames")
