#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes the golden captures of logins on ports other than the usual ones, and of what begins like
them: make_logins.py [CASE…]; like make.py."""
import struct
import sys

import make
from craft import udp
from sessions import der

make.CASES.clear()
case = make.case
SERVER = "10.1.0.9"


def number(v, tag=2):
    return der(tag, bytes([v]))


def ldap(op, *body, ident=1):
    return der(0x30, number(ident), der(op, *body))


def krb(kind, *fields):
    return der(0x60 | kind, der(0x30, *fields))


def field(tag, *inner):
    return der(0xA0 | tag, *inner)


def name(tag, *parts):
    return field(tag, der(0x30, field(0, number(1)), field(1, der(0x30, *(der(0x1B, p.encode()) for p in parts)))))


def as_req(user):
    """With a proof: PA-ENC-TIMESTAMP."""
    proof = der(0x30, field(1, number(2)), field(2, der(4, der(0x30, field(0, number(18)), field(2, der(4, b"x" * 56))))))
    body = der(0x30, field(0, der(3, b"\0\x40\x81\0\x10")), name(1, user), field(2, der(0x1B, b"CORP.TEST")),
               name(3, "krbtgt", "CORP.TEST"), field(5, der(0x18, b"20370913024805Z")), field(7, number(9)),
               field(8, der(0x30, number(18))))
    return krb(10, field(1, number(5)), field(2, number(10)), field(3, der(0x30, proof)), field(4, body))


def krb_error(code):
    return krb(30, field(0, number(5)), field(1, number(30)), field(4, der(0x18, b"20260101000000Z")),
               field(5, number(1)), field(6, number(code)), field(9, der(0x1B, b"CORP.TEST")),
               name(10, "krbtgt", "CORP.TEST"))


def prefixed(m):
    return struct.pack(">I", len(m)) + m


def mysql(n, body):
    return struct.pack("<I", len(body))[:3] + bytes([n]) + body


def pgsql(kind, body):
    return kind + struct.pack(">I", 4 + len(body)) + body


def tds(kind, body):
    return struct.pack(">BBHHBB", kind, 1, 8 + len(body), 0, 1, 0) + body


GREETING = (b"\x0a8.0.36\0" + bytes([9, 0, 0, 0]) + b"saltsalt\0" + bytes.fromhex("ffffff0200ffdf15") + bytes(10) +
            b"moresaltmore\0caching_sha2_password\0")
ANSWER = struct.pack("<IIB", 0x0f8285, 1 << 24, 33) + bytes(23) + b"root\0\x14" + b"p" * 20 + b"caching_sha2_password\0"
PRELOGIN = bytes.fromhex("00000b00060100110001ff0f0007d0000000")
LOGIN7 = struct.pack("<I", 94) + bytes(32) + struct.pack("<HHHH", 94, 0, 94, 2) + bytes(50) + "sa".encode("utf-16le")

# What is said of a login that fails, by port.
TALKS = {
    10389: [(">", ldap(0x60, number(3), der(4, b"cn=admin,dc=corp,dc=test"), der(0x80, b"guess"))),
            ("<", ldap(0x61, number(49, 10), der(4), der(4)))],
    10088: [(">", prefixed(as_req("alice"))), ("<", prefixed(krb_error(24)))],
    23306: [("<", mysql(0, GREETING)), (">", mysql(1, ANSWER)),
            ("<", mysql(2, b"\xff\x15\x04#28000Access denied for user 'root'"))],
    25432: [(">", bytes.fromhex("0000000804d2162f")), ("<", b"N"),
            (">", struct.pack(">II", 41, 196608) + b"user\0postgres\0database\0postgres\0\0"),
            ("<", pgsql(b"R", struct.pack(">I", 5) + b"salt")), (">", pgsql(b"p", b"md5" + b"0" * 32 + b"\0")),
            ("<", pgsql(b"E", b"SFATAL\0VFATAL\0C28P01\0Mpassword authentication failed\0\0"))],
    26379: [(">", b"*2\r\n$4\r\nAUTH\r\n$5\r\nguess\r\n"), ("<", b"-WRONGPASS invalid username-password pair\r\n")],
    26380: [(">", b"AUTH guess\r\n"), ("<", b"-ERR invalid password\r\n")],
    49731: [(">", tds(18, PRELOGIN)), ("<", tds(4, PRELOGIN)), (">", tds(16, LOGIN7)),
            ("<", tds(4, b"\xaa\x07\0" + struct.pack("<I", 18456) + b"\1\x0e\0"))],
    25900: [("<", b"RFB 003.008\n"), (">", b"RFB 003.008\n"), ("<", b"\1\2"), (">", b"\2"), ("<", bytes(16)),
            (">", bytes(16)), ("<", b"\0\0\0\1")],
    24000: [("<", b"\xff\xfd\x18\xff\xfd\x20"), (">", b"\xff\xfc\x18\xff\xfc\x20"), ("<", b"login: "), (">", b"root\r\n"),
            ("<", b"Password: "), (">", b"guess\r\n"), ("<", b"\r\nLogin incorrect\r\n")],
    20021: [("<", b"220 Welcome to the archive\r\n"), (">", b"USER root\r\n"), ("<", b"331 Please specify the password.\r\n"),
            (">", b"PASS guess\r\n"), ("<", b"530 Login incorrect.\r\n")],
}


@case()
def logins_elsewhere(c):
    """Passwords guessed, fifteen at each of ten services, none of which is on its usual port."""
    for k, (port, talk) in enumerate(TALKS.items()):
        for i in range(15):
            c.session(k * 20 + i * .3, f"10.1.0.{60 + k}", SERVER, 40000 + k * 100 + i, port,
                      [(way, data.replace(b"guess", b"gue%02d" % i)) for way, data in talk])
    for i in range(15):  # Kerberos over UDP
        c.add(300 + i, udp("10.1.0.80", "10.1.0.2", 42000 + i, 10088, as_req("bob")))
        c.add(300.01 + i, udp("10.1.0.2", "10.1.0.80", 10088, 42000 + i, krb_error(24)))


def other(talk, *changes):
    """talk, each (way, f): the first words of a way are f of them"""
    talk = list(talk)
    for way, f in changes:
        at = next(i for i, (w, _) in enumerate(talk) if w == way)
        talk[at] = (way, f(talk[at][1]))
    return talk


@case()
def logins_none_elsewhere(c):
    """Much the same words on the same ports behind first bytes that are nearly those: other protocols."""
    snmp = lambda b: der(0x30, number(1), der(4, b"public")) + b
    begins = {
        10389: ((">", snmp), ("<", snmp)),  # SNMP: a text where the operation is
        10088: ((">", lambda b: b.replace(b"\xa1\3\2\1\5", b"\xa1\3\2\1\4", 1)),  # another version
                ("<", lambda b: b.replace(b"\xa0\3\2\1\5", b"\xa0\3\2\1\4", 1))),
        23306: (("<", lambda b: b.replace(b"\x0a8.0.36", b"\x0a<8.036", 1)),),  # a length, and text
        25432: ((">", lambda b: b"\0\0\0\x09\4\xd2\x16\x2f\0"),),  # a length and a number
        26379: ((">", lambda b: b"*** " + b), ("<", lambda b: b"-WRONG\r\n")),  # a banner of stars
        26380: ((">", lambda b: b"AUTH TLS\r\n"), ("<", lambda b: b"-ERR unknown command\r\n")),
        49731: ((">", lambda b: b[:8] + b"\7" + b[9:]),),  # another first option
        25900: ((">", lambda b: b"RFC 003.008\n"), ("<", lambda b: b"RFC 003.008\n")),
        24000: ((">", lambda b: b"\xff\xfb\x10\xc4" + bytes(8)), ("<", lambda b: b"\xff\xfb\x90\x64" + bytes(8))),  # sound
        20021: (("<", lambda b: b"221 Welcome to the archive\r\n"),),
    }
    for k, (port, changes) in enumerate(begins.items()):
        for i in range(15):
            c.session(k * 20 + i * .3, f"10.1.0.{60 + k}", SERVER, 40000 + k * 100 + i, port,
                      other(TALKS[port], *changes))
    mail = [("<", b"220 Welcome\r\n"), (">", b"VRFY root\r\n"), ("<", b"252 perhaps\r\n"), (">", b"USER root\r\n"),
            ("<", b"500 what?\r\n"), (">", b"PASS guess\r\n"), ("<", b"530 no\r\n")]
    for i in range(15):  # a mail server that does not say so
        c.session(220 + i * .3, "10.1.0.75", SERVER, 44000 + i, 20025, mail)
    for i in range(15):  # BER over UDP, but no KDC
        c.add(300 + i, udp("10.1.0.80", "10.1.0.2", 42000 + i, 10088, b"\x6a" + as_req("bob")[1:].replace(b"\5", b"\6")))
        c.add(300.01 + i, udp("10.1.0.2", "10.1.0.80", 10088, 42000 + i, b"\x7f" + krb_error(24)[1:]))


if __name__ == "__main__":
    make.main(sys.argv[1:])
