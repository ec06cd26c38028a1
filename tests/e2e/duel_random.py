#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Random conditions on random bytes, in this engine and in Suricata.

duel_random.py SENSOR [--seed N] [--groups N] [--carrier NAME,…] [--least N] [--keep DIR] [--show N]

A group is a port with a few rules and a few sessions; each rule is held against each session. Bytes
and contents come from a small alphabet, so that conditions nearly hold, or hold in another place. A
carrier is where the bytes are: a datagram, a segment, a stream, a buffer of a protocol.
"""
import argparse
import collections
import pathlib
import random
import shutil
import struct
import sys
import tempfile

from duel import Duel, Sessions
import craft
from sessions import client_hello, query, request, response, tls_from

LETTERS = b"abAB01"
RULES, SESSIONS = 30, 14  # a group


def text(rng, lo, hi, letters=LETTERS):
    return bytes(rng.choice(letters) for _ in range(rng.randint(lo, hi)))


def quoted(data):
    return "".join(chr(b) if chr(b).isalnum() or chr(b) in ". /=-_" else f"|{b:02x}|" for b in data)


def number(rng, lo=-3, hi=8):
    return rng.randint(lo, hi)


def content(rng, first, letters, sticky, positive=False):
    data = text(rng, 1, 3, letters)
    negated = rng.random() < .25 and not positive
    out = f'content:{"!" if negated else ""}"{quoted(data)}"; '
    kind = rng.random()
    if kind < .25:
        pass
    elif kind < .35:
        out += "startswith; "
    elif kind < .45:
        out += "endswith; "
    elif kind < .60 or first:
        if rng.random() < .6:
            out += f"offset:{number(rng, 0)}; "
        if rng.random() < .6:
            out += f"depth:{number(rng, len(data), 9)}; "
    else:
        if rng.random() < .7:
            out += f"distance:{number(rng)}; "
        if rng.random() < .6:
            out += f"within:{number(rng, len(data), 9)}; "
    if rng.random() < .3:
        out += "nocase; "
    if not negated and rng.random() < .1:
        out += "fast_pattern; "
    return out


def pcre(rng, first, letters, sticky):
    a, b, c = (chr(x) if chr(x).isalnum() else f"\\x{x:02x}" for x in text(rng, 3, 3, letters))
    body = rng.choice([f"{a}{b}", f"^{a}", f"{a}$", f"{a}.{b}", f"{a}+{b}", f"[{a}{b}]{c}", f"{a}[^{b}]",
                       f"^.{{2}}{a}", rf"{a}\d", f"({a}|{b}{c})", f"^{a}?{b}", f"{a}.*{b}$"])
    flags = "".join(f for f in "ismAEGR" if rng.random() < .12 and not (f == "R" and first))
    return f'pcre:"{"!" if rng.random() < .15 else ""}/{body}/{flags}"; '.replace('"!/', '!"/')


def isdataat(rng, first, letters, sticky):
    return (f'isdataat:{"!" if rng.random() < .4 else ""}{number(rng, 0, 12)}'
            f'{",relative" if rng.random() < .5 and not first else ""}; ')


def byte_test(rng, first, letters, sticky):
    relative = ",relative" if rng.random() < .4 and not first else ""
    op = rng.choice(["<", ">", "=", "<=", ">=", "&", "^", "!<", "!=", "!&"])
    if rng.random() < .4:
        return (f'byte_test:{rng.randint(1, 3)},{op},{rng.randint(0, 110)},{number(rng, 0)}{relative},'
                f'string,{rng.choice(["dec", "hex", "oct"])}; ')
    value = rng.choice([0x61, 0x6162, 0x41, 0x30, 0x31, 0x4142, 97])
    more = rng.choice(["", ",little", ",big", ",bitmask 0x0f"])
    return f'byte_test:{rng.choice([1, 1, 2])},{op},{value},{number(rng, -2 if relative else 0)}{relative}{more}; '


def byte_jump(rng, first, letters, sticky):
    relative = ",relative" if rng.random() < .4 and not first else ""
    more = rng.choice(["", ",from_beginning", ",post_offset -2", ",post_offset 1", ",multiplier 2",
                       ",align", ",from_end"])
    n = rng.randint(1, 2)
    form = f"string,{rng.choice(['dec', 'hex'])}" if rng.random() < .8 else "little"
    return (f'byte_jump:{n},{number(rng, 0, 5)}{relative},{form}{more}; ' +
            (content(rng, False, letters, sticky) if rng.random() < .7 else ""))


def byte_extract(rng, first, letters, sticky):
    name = rng.choice(["x", "y"])
    relative = ",relative" if rng.random() < .3 and not first else ""
    out = f'byte_extract:1,{number(rng, 0, 5)},{name}{relative},string,dec; '
    data = quoted(text(rng, 1, 2, letters))
    return out + rng.choice([
        f'content:"{data}"; offset:{name}; ', f'content:"{data}"; distance:{name}; ',
        f'content:"{data}"; depth:{name}; ', f'content:"{data}"; within:{name}; ',
        f"isdataat:{name}; ", f"isdataat:{name},relative; ", f"isdataat:!{name},relative; ",
        f"byte_test:1,>,{name},{number(rng, 0, 4)},string,dec; ",
        f"byte_test:1,=,0x30,{name}; ",
    ])


def byte_math(rng, first, letters, sticky):
    op = rng.choice("+-*/") if rng.random() < .8 else rng.choice(["<<", ">>"])
    return (f'byte_math:bytes 1, offset {number(rng, 0, 5)}, oper {op}, rvalue {number(rng, 1, 4)}, '
            f'result r, string dec; ' +
            rng.choice([f'content:"{quoted(text(rng, 1, 2, letters))}"; offset:r; ', "isdataat:r; ",
                        "isdataat:!r; ", f"byte_test:1,=,r,{number(rng, 0, 4)},string,dec; "]))


def sized(rng, first, letters, sticky):
    if sticky:
        op = rng.choice(["", "<", ">", "!", ">=", "<="])
        return (f"bsize:{op}{number(rng, 1, 20)}; " if rng.random() < .7 else
                f"bsize:{number(rng, 0, 8)}<>{number(rng, 10, 24)}; ")
    op = rng.choice(["", "<", ">", "!"])
    return (f"dsize:{op}{number(rng, 1, 20)}; " if rng.random() < .7 else
            f"dsize:{number(rng, 0, 8)}<>{number(rng, 10, 24)}; ")


def conditions(rng, letters, sticky, sizes=True, anchored=False):
    """Conditions on one buffer. anchored: one at least is a content that must be there."""
    kinds = [content] * 10 + [pcre] * 3 + [isdataat] * 2 + [byte_test] * 2 + [byte_jump, byte_extract,
                                                                          byte_math]
    out = content(rng, True, letters, sticky, True) if anchored else ""
    for i in range(anchored, rng.choice([1, 1, 2, 2, 3, 4])):
        out += rng.choice(kinds)(rng, i == 0, letters, sticky)
    if sizes and rng.random() < .12:
        out += sized(rng, False, letters, sticky)
    return out


# Carriers: (rule header, conditions before, talk from the client, or datagrams)

class Carrier:
    letters, sticky, sizes, anchored = LETTERS, True, True, False

    def header(self, rng, port):
        return f"alert {self.proto} any any -> any {port}"

    def conditions(self, rng):
        out = self.before(rng)
        return out + conditions(rng, self.letters, self.sticky, self.sizes, self.anchored)

    def before(self, rng):
        return ""

    def bytes(self, rng):
        return text(rng, 1, 22, self.letters)

    def add(self, rng, c, t, home, port):
        """One session of this carrier."""
        talk = self.talk(rng)
        c.session(t, home, "198.51.100.7", 30000 + port % 1000, port, talk,
                  close=rng.random() < .8)


class Udp(Carrier):
    proto, sticky = "udp", False

    def add(self, rng, c, t, home, port):
        for i in range(rng.choice([1, 1, 2])):
            c.add(t + i * .001, craft.udp(home, "198.51.100.7", 30000, port, self.bytes(rng)))


class TcpPkt(Carrier):
    proto, sticky = "tcp-pkt", False

    def talk(self, rng):
        return [(rng.choice(">><"), self.bytes(rng)) for _ in range(rng.randint(1, 3))]


class Tcp(TcpPkt):
    proto, sizes, anchored = "tcp", False, True

    def before(self, rng):
        return rng.choice(["", "flow:to_server; ", "flow:established,to_server; ", "flow:established; ",
                           "flow:to_server,established,only_stream; ", "flow:no_stream; "])


class TcpAll(Tcp):
    sizes = True


class TcpStream(Tcp):
    proto = "tcp-stream"


class TcpLoose(Tcp):
    """Nothing that must be there: negated contents, sizes, numbers, expressions."""
    anchored, sizes = False, True

    def conditions(self, rng):
        while True:
            out = super().conditions(rng)
            if 'content:"' not in out:
                return out


class Uri(Carrier):
    proto, name = "http", "http.uri"
    letters = LETTERS + b"/"

    def before(self, rng):
        return f"{self.name}; "

    def talk(self, rng):
        out = []
        for _ in range(rng.choice([1, 1, 2])):
            out += [(">", self.ask(self.bytes(rng))), ("<", response())]
        return out

    def ask(self, data):
        return request("GET /" + data.decode())


class Agent(Uri):
    name, letters = "http.user_agent", LETTERS + b" ;"

    def ask(self, data):
        return request("GET /", User_Agent=data.decode())


class Host(Uri):
    name, letters = "http.host", b"ab01."

    def ask(self, data):
        return request("GET /", Host=data.decode())


class Cookie(Uri):
    name, letters = "http.cookie", LETTERS + b"=;"

    def ask(self, data):
        return request("GET /", Cookie=data.decode())


class Header(Uri):
    name, letters = "http.header", LETTERS + b": "

    def ask(self, data):
        return request("GET /", X=data.decode(), Y="ab")


class HeaderNames(Uri):
    name, letters = "http.header_names", b"abHost\r\n"

    def bytes(self, rng):
        return text(rng, 1, 4, b"ab01")

    def ask(self, data):
        return request("GET /", **{chr(x) + "ab": "1" for x in data})


class RequestBody(Uri):
    name = "http.request_body"

    def ask(self, data):
        return request("POST /", data)


class ResponseBody(Uri):
    name = "http.response_body"

    def talk(self, rng):
        return [(">", request("GET /")), ("<", response(self.bytes(rng)))]


class FileData(ResponseBody):
    name = "file.data"


class Location(Uri):
    name = "http.location"

    def talk(self, rng):
        return [(">", request("GET /")), ("<", response(Location=self.bytes(rng).decode()))]


class Dns(Carrier):
    proto, letters = "dns", b"ab01."

    def before(self, rng):
        return "dns.query; "

    def add(self, rng, c, t, home, port):
        name = ".".join(filter(None, self.bytes(rng).decode().split("."))) or "a"
        c.add(t, craft.udp(home, "198.51.100.7", 30000, port, query(name)))


class Sni(Carrier):
    proto, letters = "tls", b"ab01."

    def before(self, rng):
        return "tls.sni; "

    def talk(self, rng):
        return [(">", client_hello(self.bytes(rng).decode()))]


class Subject(Carrier):
    proto, name = "tls", "tls.cert_subject"
    letters = LETTERS + b"CN="

    def before(self, rng):
        return self.name + "; "

    def talk(self, rng):
        return tls_from(self.bytes(rng).decode(), self.bytes(rng).decode())


class Issuer(Subject):
    name = "tls.cert_issuer"


class SshVersion(Carrier):
    proto, letters = "ssh", LETTERS + b"_."

    def before(self, rng):
        return rng.choice(["ssh.software; ", "ssh.proto; "])

    def talk(self, rng):
        return [(">", b"SSH-2.0-" + self.bytes(rng) + b"\r\n"), ("<", b"SSH-2.0-ab\r\n")]


class SmtpRaw(Carrier):
    proto, sticky, sizes, anchored = "smtp", False, False, True

    def talk(self, rng):
        return [("<", b"220 ab\r\n"), (">", b"EHLO ab\r\n"), ("<", b"250 ok\r\n"),
                (">", b"MAIL FROM:<" + self.bytes(rng) + b"@b.c>\r\n"), ("<", b"250 ok\r\n")]


class HttpRaw(Uri):
    name, sticky, sizes, anchored = "", False, False, True

    def before(self, rng):
        return rng.choice(["", "flow:established,to_server; "])


CARRIERS = {c.__name__.lower(): c for c in (
    Udp, TcpPkt, Tcp, TcpAll, TcpStream, TcpLoose, Uri, Agent, Host, Cookie, Header, HeaderNames, RequestBody,
    ResponseBody, FileData, Location, Dns, Sni, Subject, Issuer, SshVersion, SmtpRaw, HttpRaw)}


def port_of(name, group):
    fixed = {"dns": 53, "sni": 443, "subject": 443, "issuer": 443, "sshversion": 22, "smtpraw": 25}
    return fixed.get(name) or 2000 + group


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("sensor")
    ap.add_argument("--seed", type=int, default=1)
    ap.add_argument("--groups", type=int, default=4, help="of each carrier")
    ap.add_argument("--carrier", default=",".join(CARRIERS))
    ap.add_argument("--keep", type=pathlib.Path)
    ap.add_argument("--least", type=float, default=100, help="per cent; below it is a failure")
    ap.add_argument("--show", type=int, default=10, help="pairs of each carrier and side")
    args = ap.parse_args()
    tmp = args.keep or pathlib.Path(tempfile.mkdtemp(prefix="vigie-duel."))
    sessions, rules, of_rule, of_session, where = Sessions(), [], {}, [], {}
    sid = 1
    for name in args.carrier.split(","):
        carrier = CARRIERS[name]()
        rng = random.Random(f"{args.seed} {name}")
        for g in range(args.groups):
            port = port_of(name, len(where))
            where[name, g] = port
            for _ in range(RULES):
                rules.append(f'{carrier.header(rng, port)} (msg:"{name}"; {carrier.conditions(rng)}'
                             f"sid:{sid}; rev:1;)")
                of_rule[sid] = name
                sid += 1
            for _ in range(SESSIONS):
                home, t = sessions.begin(name)
                of_session.append(name)
                carrier.add(rng, sessions.capture, t, home, port)
    d = Duel(args.sensor, tmp, sessions, rules)
    report(d, of_rule, args.show)
    print(d.summary())
    if not args.keep:
        shutil.rmtree(tmp)
    sys.exit(bool(d.rate() < args.least or d.we_refuse or not d.both))


def report(d, of_rule, show):
    table = collections.defaultdict(lambda: [0, 0, 0, 0])
    for pairs, column in ((d.both, 0), (d.only_theirs, 1), (d.only_ours, 2), (d.counts, 3)):
        for pair in pairs:
            table[of_rule[pair[1]]][column] += 1
    for side, pairs in (("theirs", d.only_theirs), ("ours", d.only_ours)):
        shown = collections.Counter()
        for n, sid in pairs:
            shown[of_rule[sid]] += 1
            if shown[of_rule[sid]] <= show:
                print(f"only {side}: session {n} {d.sessions.home(n)}: {d.rule[sid]}")
    for sid in sorted(d.we_refuse)[:show]:
        print(f"refused here alone: {d.rule[sid]}")
    print(f"{'both':>8}{'theirs':>8}{'ours':>8}{'counts':>8}")
    for name, row in table.items():
        print("".join(f"{x:8}" for x in row), name)


if __name__ == "__main__":
    main()
