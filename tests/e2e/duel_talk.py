# SPDX-License-Identifier: Apache-2.0
"""From a rule to a small session that its conditions fit: who talks to whom, and what they say."""
import re
import struct

import duel_fill as fill
from sessions import (certificate, client_hello, der, handshake, record, vector)

PORTS = {"http": 80, "tls": 443, "smtp": 25, "ftp": 21, "ssh": 22, "smb": 445, "dns": 53,
         "ftp-data": 20}
VARS = {"$HTTP_PORTS": 80, "$SSH_PORTS": 22, "$ORACLE_PORTS": 1521, "$SHELLCODE_PORTS": 8081,
        "$FTP_PORTS": 21, "$FILE_DATA_PORTS": 80, "$DNP3_PORTS": 20000, "$MODBUS_PORTS": 502}
AWAY = "198.51.100.7"
HEADER = re.compile(r"\s*\w+\s+(\S+)\s+(\[.*?\]|\S+)\s+(\[.*?\]|\S+)\s+(->|<>)\s+(\[.*?\]|\S+)\s+"
                    r"(\[.*?\]|\S+)\s*\(")
NAMES = {"http.host": "Host", "http.user_agent": "User-Agent", "http.referer": "Referer",
         "http.cookie": "Cookie", "http.content_type": "Content-Type", "http.accept": "Accept",
         "http.accept_lang": "Accept-Language", "http.accept_enc": "Accept-Encoding",
         "http.connection": "Connection", "http.content_len": "Content-Length",
         "http.server": "Server", "http.location": "Location", "http.host.raw": "Host"}
CR = b"\r\n"


def port(text, default):
    if text in VARS:
        return VARS[text]
    for part in text.strip("[]").split(","):
        m = re.match(r"(\d+)?(:)?(\d+)?$", part.strip())
        if m and part and part != ":":
            return int(m[1] or m[3])
        if part.strip() in VARS:
            return VARS[part.strip()]
    return default if f"!{default}" not in text else 8123


def address(text, default):
    m = re.search(r"(?<![!\d.])(\d+\.\d+\.\d+\.\d+)", text)
    return m[1] if m and not text.startswith("!") else default


class Plan:
    """Who talks to whom: client, server, their ports, and whether the rule's side is the client."""

    def __init__(self, rule, opts, home):
        m = HEADER.match(rule)
        self.proto, src, sport, _, dst, dport = m.groups()
        flow = ",".join(v for k, v in opts if k == "flow").replace(" ", "").split(",")
        self.up = not {"to_client", "from_server"} & set(flow)
        self.flow = flow
        ours = re.compile(r"\$(?!EXTERNAL)")
        at_home = "src" if ours.search(src) or (not ours.search(dst) and "." not in src) else "dst"
        ends = {"src": address(src, AWAY), "dst": address(dst, AWAY), at_home: home}
        known = PORTS.get(self.proto, 8123)
        a = ends["src"], port(sport, 31234 if self.up else known)
        b = ends["dst"], port(dport, known if self.up else 31234)
        (self.client, self.cport), (self.server, self.sport) = (a, b) if self.up else (b, a)
        self.way = ">" if self.up else "<"


def head_lines(bufs, up):
    """Header lines [(name, value)] of a request or response."""
    order, values = [], {}
    for key, name in NAMES.items():
        if bufs.get(key):
            blank = bufs[key][-1:] in b" \t"
            values[name.encode()] = bufs[key] + (b"q" if blank else b"")
    for name in bufs.get("http.header_names", b"").split(CR):
        if name and name not in order:
            order.append(name)
    raw = bufs.get("http.header") or bufs.get("http.header.raw") or b""
    raw = raw.strip(b"\r\n")
    raw += b"q" if raw[-1:] in (b" ", b"\t") else b""
    extra = []
    for line in raw.split(CR) if raw else []:
        name, colon, value = line.partition(b":")
        if colon and re.match(rb"[\w-]+$", name):
            extra.append((name, value.lstrip() if value.startswith(b" ") else value))
        else:
            extra.append((b"X-F", line))
    have = {n.lower() for n, _ in extra}
    lines = []
    wants_names = bool(bufs.get("http.header_names"))
    if up and not wants_names and b"host" not in have and b"Host" not in values:
        values[b"Host"] = b"www.example.net"
    for name in order + [n for n in values if n not in order]:
        if name.lower() not in have:
            lines.append((name, values.get(name, b"q")))
    return lines + extra


def message(first, lines, body, length=True):
    lines = [(n, str(len(body)).encode() if n.lower() == b"content-length" and not v.isdigit() else v)
             for n, v in lines]
    lines = [(n, v + b"cTpx" if n.lower().endswith(b"authorization") and v.strip() in (b"Basic q", b"Basic")
              else v) for n, v in lines]
    if length and not any(n.lower() == b"content-length" for n, _ in lines):
        lines = lines + [(b"Content-Length", str(len(body)).encode())]
    return first + CR + b"".join(n + b": " + v + CR for n, v in lines) + CR + body


def request_of(bufs, mine):
    if bufs.get("http.start") and mine:
        raw = bufs["http.start"]
        return raw if raw.endswith(CR + CR) else raw + CR + CR
    line = bufs.get("http.request_line", b"")
    if line and len(line.split(b" ")) < 3:
        line = b"GET " + (line if line.startswith(b"/") else b"/" + line) + b" HTTP/1.1"
    if not line:
        uri = bufs.get("http.uri.raw") or bufs.get("http.uri") or b"/"
        if not bufs.get("http.uri.raw"):
            uri = b"".join(bytes([b]) if 33 <= b < 127 and b != 37 else b"%%%02x" % b for b in uri)
        if not uri.startswith(b"/") and not uri.startswith(b"http"):
            uri = b"/" + uri
        line = (bufs.get("http.method") or (b"POST" if bufs.get("http.request_body") else b"GET"))
        line = line.strip() + b" " + uri + b" " + (bufs.get("http.protocol") or b"HTTP/1.1")
    body = bufs.get("http.request_body") or (bufs.get("file.data", b"") if mine else b"")
    body += bufs.get("", b"") if mine else b""
    return message(line, head_lines(bufs if mine else {}, True), body, bool(body) or
                   line.startswith(b"POST"))


def response_of(bufs, mine):
    if not mine:
        return message(b"HTTP/1.1 200 OK", [], b"ok")
    first = bufs.get("http.response_line") or (
        b"HTTP/1.1 " + (bufs.get("http.stat_code") or b"200") + b" " +
        (bufs.get("http.stat_msg") or b"OK"))
    if bufs.get("http.start"):
        return bufs["http.start"] + CR + CR
    body = bufs.get("http.response_body") or bufs.get("file.data", b"")
    return message(first, head_lines(bufs, False), body + bufs.get("", b""))


def name_of(text):
    """A DER name of "CN=a, O=b", or of one CN."""
    oids = {b"CN": 3, b"C": 6, b"L": 7, b"ST": 8, b"O": 10, b"OU": 11, b"SN": 4, b"serialNumber": 5}
    out = b""
    for part in re.split(rb", *(?=[A-Za-z]+=)", text):
        key, eq, value = part.partition(b"=")
        if not eq or key.strip() not in oids:
            key, value = b"CN", part
        kind = bytes([0x06, 3, 0x55, 4, oids[key.strip()]])
        out += der(0x31, der(0x30, kind, der(0x0C, value)))
    return der(0x30, out)


def cert_of(bufs):
    rsa = der(0x30, bytes.fromhex("06092a864886f70d010101"), b"\x05\0")
    alg = der(0x30, bytes.fromhex("06092a864886f70d01010b"), b"\x05\0")
    key = der(0x30, der(2, b"\x00\xc1" + bytes(range(1, 128))), der(2, b"\x01\0\x01"))
    serial = bytes.fromhex(re.sub(rb"[^0-9a-fA-F]", b"", bufs.get("tls.cert_serial", b"")).decode()
                           .ljust(8, "1")[:32].replace("q", "1")) or b"\x12\x34"
    raw = bufs.get("tls.certs", b"") + bufs.get("", b"")
    tbs = der(0x30, der(0xA0, der(2, b"\x02")), der(2, serial), alg,
              name_of(bufs.get("tls.cert_issuer", b"CN=Example CA")),
              der(0x30, der(0x17, b"250101000000Z"), der(0x17, b"350101000000Z")),
              name_of(bufs.get("tls.cert_subject", b"CN=www.example.net")),
              der(0x30, rsa, der(3, b"\0" + key)))
    return der(0x30, tbs, alg, der(3, b"\0" + raw + bytes(64)))


def tls_talk(bufs):
    hello = client_hello(bufs.get("tls.sni", b"www.example.net").decode("latin1"))
    chosen = handshake(2, b"\x03\x03" + bytes(range(32, 64)) + b"\0\xc0\x2f\0")
    chain = handshake(11, vector(vector(cert_of(bufs), 3), 3))
    return [(">", hello), ("<", record(22, chosen) + record(22, chain) +
                           record(22, handshake(14, b"")))]


def dns_message(name, answer=False):
    labels = b"".join(bytes([len(x[:63])]) + x[:63] for x in name.split(b".") if x)
    head = struct.pack("!6H", 0x1234, 0x8180 if answer else 0x0100, 1, 1 if answer else 0, 0, 0)
    tail = b"\xc0\x0c" + struct.pack("!HHIH", 1, 1, 60, 4) + b"\x01\x02\x03\x04"
    return head + labels + struct.pack("!BHH", 0, 1, 1) + (tail if answer else b"")


def smtp_talk(bufs, way):
    data = bufs.get("", b"") + bufs.get("file.data", b"")
    ok = ("<", b"250 ok\r\n")
    if way == "<":
        return [("<", b"220 " + data + CR), (">", b"EHLO q\r\n"), ok]
    return [("<", b"220 q\r\n"), (">", b"EHLO q\r\n"), ok, (">", b"MAIL FROM:<a@example.net>\r\n"), ok,
            (">", b"RCPT TO:<b@example.net>\r\n"), ok, (">", b"DATA\r\n"), ("<", b"354 go\r\n"),
            (">", b"From: a@example.net\r\nSubject: q\r\n\r\n" + data + b"\r\n.\r\n"), ok,
            (">", b"QUIT\r\n"), ("<", b"221 q\r\n")]


def raw_talk(proto, bufs, way, flow):
    data = bufs.get("", b"") + b"".join(v for k, v in bufs.items() if k)
    if proto == "smb" and b"SMB" not in data[:12]:
        data = b"\0\0" + struct.pack("!H", 64 + len(data)) + b"\xfeSMB\x40\0" + bytes(58) + data
    if proto == "ssh":
        data = data if data.startswith(b"SSH-") else b"SSH-2.0-" + data + CR
        return [(way, data), ("<" if way == ">" else ">", b"SSH-2.0-q\r\n")]
    if proto == "ftp":
        return [("<", b"220 q\r\n"), (">", b"USER q\r\n"), ("<", b"331 q\r\n")] + \
            [(way, data if data.endswith(CR) else data + CR)]
    return [(way, data), ("<" if way == ">" else ">", b"q")]


def talk(plan, bufs):
    """[(">" or "<", bytes)] of a connection, or of datagrams"""
    if plan.proto in ("http", "http1") or any(k.startswith("http.") for k in bufs):
        return [(">", request_of(bufs, plan.up)), ("<", response_of(bufs, not plan.up))]
    if plan.proto == "tls" or any(k.startswith("tls.") for k in bufs):
        return tls_talk(bufs)
    if plan.proto == "dns" or "dns.query" in bufs:
        name = bufs.get("dns.query") or b"www.example.net"
        name = b"q" + name if name.startswith(b".") else name
        return [(">", dns_message(name)), ("<", dns_message(name, True))]
    if plan.proto == "smtp":
        return smtp_talk(bufs, plan.way)
    return raw_talk(plan.proto, bufs, plan.way, plan.flow)


def spoilt(rng, data):
    """One byte of it is another."""
    if not data:
        return data
    at = rng.randrange(len(data))
    return data[:at] + bytes([data[at] ^ rng.choice([1, 2, 32, 128])]) + data[at + 1:]


def swapped(rng, said):
    return [(w, d.swapcase() if rng.random() < .5 else d) for w, d in said]


def segments(said, size=1400):
    """As Ethernet carries it."""
    return [(w, d[at:at + size]) for w, d in said for at in range(0, max(1, len(d)), size)]


def cut(rng, said, most=6):
    """The same bytes in other segments."""
    out = []
    for way, data in said:
        at = sorted(rng.randrange(len(data) + 1) for _ in range(rng.randint(0, most)))
        for lo, hi in zip([0] + at, at + [len(data)]):
            if hi > lo:
                out.append((way, data[lo:hi]))
    return out


def plan_of(rule, home, flip=None):
    opts = fill.options(rule)
    plan = Plan(rule, opts, home)
    bufs, contents = fill.buffers(opts, flip)
    return plan, opts, bufs, contents
