# SPDX-License-Identifier: Apache-2.0
"""From the text of a rule to bytes that satisfy it, as far as that is easy: what duel_rules.py sends."""
import re
try:
    import re._parser as sre_parse
except ImportError:
    import sre_parse

FILL = b"q"
NUMBER = re.compile(r"-?(0x[0-9a-fA-F]+|\d+)$")


def options(text):
    """The options of a rule: [(keyword, value)]"""
    body = text[text.index("(") + 1:text.rindex(")")]
    out, at, quoted, word = [], 0, False, ""
    while at < len(body):
        ch = body[at]
        if ch == "\\" and at + 1 < len(body):
            word += body[at:at + 2]
            at += 2
            continue
        if ch == '"':
            quoted = not quoted
        if ch == ";" and not quoted:
            key, _, value = word.strip().partition(":")
            if key:
                out.append((key.strip(), value.strip()))
            word = ""
        else:
            word += ch
        at += 1
    return out


def content_bytes(value):
    """(negated, bytes) of a content's value"""
    negated = value.startswith("!")
    value = value.lstrip("!").strip().strip('"')
    value = re.sub(r"\\([;:\"\\|])", lambda m: f"|{ord(m[1]):02x}|" , value)
    out = b""
    for i, part in enumerate(value.split("|")):
        out += bytes.fromhex(part.replace(" ", "")) if i % 2 else part.encode("latin1", "replace")
    return negated, out


def number(text, default=0):
    text = text.strip()
    return int(text, 0) if NUMBER.match(text) else default


# A string that a regular expression matches.

def one_of(items):
    negated, chosen = False, []
    for op, arg in items:
        op = str(op)
        if op == "NEGATE":
            negated = True
        elif op == "LITERAL":
            chosen.append(arg)
        elif op == "RANGE":
            chosen.append(arg[0])
            if negated:
                chosen += range(arg[0], arg[1] + 1)
        elif op == "CATEGORY":
            chosen += category(str(arg), negated)
    if not negated:
        return chosen[0] if chosen else 97
    return next(b for b in list(b"qzxw5 _-\n") + list(range(256)) if b not in chosen)


def category(name, whole=False):
    sets = {"CATEGORY_DIGIT": b"0123456789", "CATEGORY_SPACE": b" \t\r\n", "CATEGORY_WORD":
            b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_"}
    if name in sets:
        return list(sets[name])
    return [b for b in b"qz-5 " if b not in sets[name.replace("NOT_", "")]]


def sample(items, groups):
    out = b""
    for op, arg in items:
        op = str(op)
        if op == "LITERAL":
            out += bytes([arg]) if arg < 256 else b"?"
        elif op == "NOT_LITERAL":
            out += b"q" if arg != ord("q") else b"z"
        elif op == "ANY":
            out += b"q"
        elif op == "IN":
            out += bytes([one_of(arg) & 255])
        elif op in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"):
            for _ in range(max(arg[0], 1 if arg[1] and len(arg[2]) == 1 and arg[0] else arg[0])):
                out += sample(arg[2], groups)
        elif op == "SUBPATTERN":
            got = sample(arg[3], groups)
            groups[arg[0]] = got
            out += got
        elif op == "ATOMIC_GROUP":
            out += sample(arg, groups)
        elif op == "BRANCH":
            out += sample(arg[1][0], groups)
        elif op == "GROUPREF":
            out += groups.get(arg, b"")
        elif op == "CATEGORY":
            out += bytes([category(str(arg))[0]])
    return out


def pcre_bytes(value):
    """(negated, flags, bytes that it matches or None)"""
    m = re.match(r'(!?)\s*"?\s*(!?)/(.*)/([a-zA-Z]*)"?$', value, re.S)
    if not m:
        return False, "", None
    flags = (re.I if "i" in m[4] else 0) | (re.S if "s" in m[4] else 0)
    try:
        tree = sre_parse.parse(m[3].replace(r"\;", ";").replace("\\x3b", ";"), flags)
        return bool(m[1] or m[2]), m[4], sample(tree, {})
    except Exception:  # what Python's dialect has not
        return bool(m[1] or m[2]), m[4], None


class Filler:
    """Bytes of one buffer, made condition by condition."""

    def __init__(self):
        self.data, self.fixed, self.end = bytearray(), [], 0
        self.size = None   # bsize, dsize
        self.least = 0     # isdataat
        self.closed = False  # endswith, isdataat:!1: nothing more behind it

    def free(self, at, data):
        for i, b in enumerate(data):
            if at + i < len(self.fixed) and self.fixed[at + i] and self.data[at + i] != b:
                return False
        return True

    def put(self, at, data):
        at = max(at, 0)
        while not self.free(at, data):
            at += 1
        while len(self.data) < at + len(data):
            self.data += FILL
            self.fixed.append(False)
        self.data[at:at + len(data)] = data
        for i in range(len(data)):
            self.fixed[at + i] = True
        self.end = at + len(data)

    def content(self, data, mods):
        if "distance" in mods or "within" in mods:
            self.put(self.end + number(mods.get("distance", "0")), data)
        elif "offset" in mods or "depth" in mods or "startswith" in mods:
            self.put(number(mods.get("offset", "0")), data)
        elif bytes(data) in bytes(self.data):
            self.end = bytes(self.data).index(bytes(data)) + len(data)
        else:
            self.put(len(self.data), data)
        if "endswith" in mods:
            self.closed = True

    def pcre(self, data, flags):
        self.put(self.end if "R" in flags else len(self.data), data)

    def isdataat(self, value):
        where, *more = [p.strip() for p in value.lstrip("!").split(",")]
        relative = "relative" in more
        if value.startswith("!"):
            self.closed = self.closed or relative
        else:
            self.least = max(self.least, number(where) + (self.end if relative else 1))

    def numeric(self, value):
        """byte_test with = and numbers: its bytes."""
        p = [x.strip() for x in value.split(",")]
        if len(p) < 4 or "string" in p or "dce" in p:
            return
        n, op, want, at = number(p[0]), p[1], number(p[2]), number(p[3])
        at += self.end if "relative" in p else 0
        if op == "&" and 0 < n <= 8 and at >= 0: # the bits of several tests are in one number
            while len(self.data) < at + n:
                self.data += FILL
                self.fixed.append(False)
            old = int.from_bytes(self.data[at:at + n], "big") if self.fixed[at] else 0
            self.data[at:at + n] = (old | want).to_bytes(n, "big")
            self.fixed[at:at + n] = [True] * n
            return
        want += 1 if op == ">" else -1 if op == "<" else 0
        if op.startswith("!") or not 0 < n <= 8 or not 0 <= want < 256 ** n:
            return
        end, data = self.end, want.to_bytes(n, "little" if "little" in p else "big")
        if at >= 0 and self.free(at, data):
            self.put(at, data)
        self.end = end

    def done(self):
        out = bytes(self.data)
        want = max(self.size or 0, 0 if self.closed else self.least)
        return out + FILL * max(0, want - len(out))


def sized(value):
    """A size that fits bsize, dsize, urilen."""
    value = value.split(",")[0]
    m = re.match(r"(\d+)<>(\d+)$", value)
    if m:
        return int(m[1]) + 1
    m = re.match(r"([<>]=?|!)?(\d+)$", value)
    if not m:
        return None
    n = int(m[2])
    return n + 1 if m[1] == ">" else n - 1 if m[1] == "<" else n if m[1] != "!" else n + 1


OLD = {"http_uri": "http.uri", "http_raw_uri": "http.uri.raw", "http_method": "http.method",
       "http_header": "http.header", "http_raw_header": "http.header", "http_cookie": "http.cookie",
       "http_user_agent": "http.user_agent", "http_host": "http.host",
       "http_client_body": "http.request_body", "http_server_body": "http.response_body",
       "http_stat_code": "http.stat_code", "http_stat_msg": "http.stat_msg"}
ALIASES = {"file_data": "file.data", "dns_query": "dns.query", "tls_sni": "tls.sni",
           "http_request_line": "http.request_line", "tls_cert_subject": "tls.cert_subject",
           "ssh_proto": "ssh.proto", "pkt_data": "", "ssh.software": "ssh.software"}
IN_PCRE = {"U": "http.uri", "I": "http.uri.raw", "P": "http.request_body", "H": "http.header",
           "D": "http.header", "M": "http.method", "C": "http.cookie", "V": "http.user_agent",
           "W": "http.host", "S": "http.stat_code", "Y": "http.stat_msg", "Q": "http.response_body"}
MODS = {"nocase", "offset", "depth", "distance", "within", "startswith", "endswith", "fast_pattern",
        "rawbytes"}


def buffers(opts, flip=None):
    """{buffer: Filler} of a rule; buffer "" is the payload. flip: that content (by its number) is
    left out or, when it is negated, put in."""
    out, here, last, n = {}, "", None, 0
    items = []  # (buffer, kind, value, mods)
    for key, value in opts:
        key = ALIASES.get(key, key)
        if key in ("content", "uricontent"):
            negated, data = content_bytes(value)
            last = [("http.uri" if key == "uricontent" else here), "content", data, {}]
            items.append(last)
            if negated != (n == flip):
                last[1] = "absent"
            n += 1
        elif key in MODS and last:
            last[3][key] = value
        elif key in OLD and last:
            last[0] = OLD[key]
        elif key == "pcre":
            negated, flags, data = pcre_bytes(value)
            into = next((IN_PCRE[f] for f in flags if f in IN_PCRE), here)
            if data is not None and not negated:
                items.append([into, "pcre", data, flags])
        elif key in ("isdataat", "byte_test", "bsize", "dsize", "urilen"):
            into = "http.uri" if key == "urilen" else "" if key == "dsize" else here
            items.append([into, key, value, {}])
        elif key == "" or ("." in key and key.split(".")[0] in (
                "http", "dns", "tls", "file", "ssh", "ja3", "ja3s", "smb", "snmp", "krb5")):
            here, last = key, None
            out.setdefault(here, Filler())
    for into, kind, value, mods in items:
        f = out.setdefault(into, Filler())
        if kind == "content":
            f.content(value, mods)
        elif kind == "pcre":
            f.pcre(value, mods)
        elif kind == "isdataat":
            f.isdataat(value)
        elif kind == "byte_test":
            f.numeric(value)
        elif kind in ("bsize", "dsize", "urilen"):
            f.size = sized(value)
    return {k: f.done() for k, f in out.items()}, n
