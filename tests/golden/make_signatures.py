#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes a golden capture for each signature of signatures/: make_signatures.py [SID…]; --check says
which signature has no case, or one with another text.

The bytes are written from what the tool or protocol sends, not from the rule. Each case shows it once,
from 10.1.0.20, and beside it, from 10.1.0.30, what comes near and must not fire.
"""
import pathlib
import re
import struct
import sys

import signature_cases
import signature_exploits
from craft import ACK, FIN, PSH, SYN, Capture, icmp, tcp, udp

here = pathlib.Path(__file__).resolve().parent
GUILTY, NEAR, INSIDE, OUTSIDE = "10.1.0.20", "10.1.0.30", "10.1.0.9", "203.0.113.80"
CASES = {}


def signatures():
    """sid → the rule's line"""
    found = {}
    for path in sorted((here.parent.parent / "signatures").glob("*.rules")):
        for line in path.read_text().splitlines():
            sid = re.search(r"\bsid:(\d+);", line)
            if sid and not line.startswith("#"):
                found[int(sid[1])] = line
    return found


def wide(text):
    return text.encode("utf-16-le")


def talk(sid, hit, miss, server=INSIDE, port=445, way=">", miss_port=None, miss_server=None,
         sport=50000):
    """One conversation each; `hit` and `miss` are bytes, or a list of (way, bytes)."""
    def make(c):
        as_talk = lambda b: b if isinstance(b, list) else [(way, b)]
        c.session(0, GUILTY, server, sport, port, as_talk(hit))
        c.session(1, NEAR, miss_server or server, sport + 1, miss_port or port, as_talk(miss))
    CASES[sid] = make


def asks(sid, hit, miss, sport=40000, dport=53, back=False):
    """One datagram each; back: an answer to the host."""
    def make(c):
        for t, host, data in ((0, GUILTY, hit), (1, NEAR, miss)):
            a, b = (INSIDE, host) if back else (host, INSIDE)
            c.add(t, udp(a, b, dport if back else sport, sport if back else dport, data))
    CASES[sid] = make


def pings(sid, hit, miss, n=1, server=INSIDE, near_n=None, snaplen=65535):
    def make(c):
        c.snaplen = snaplen
        for i in range(n):
            c.add(i * .1, icmp(GUILTY, server, 8, 0, struct.pack("!HH", 7, i) + hit))
        for i in range(near_n or n):
            c.add(60 + i * .1, icmp(NEAR, server, 8, 0, struct.pack("!HH", 7, i) + miss))
    CASES[sid] = make


def scans(sid, flags, n, near_flags, data=b""):
    """Enough of them from one, one too few from the other, and the other's enough of something else."""
    def make(c):
        for i in range(n):
            c.add(i * .1, tcp(GUILTY, INSIDE, 41000, 1000 + i, flags, 7, 0, data))
        for i in range(n - 1):
            c.add(20 + i * .1, tcp(NEAR, INSIDE, 41000, 1000 + i, flags, 7, 0, data))
        for i in range(n):
            c.add(40 + i * .1, tcp(NEAR, INSIDE, 41000, 3000 + i, near_flags, 7, 0, data))
    CASES[sid] = make


def query(*labels, kind=16):
    name = b"".join(bytes([len(x)]) + x for x in labels) + b"\0"
    return struct.pack("!6H", 0x1234, 0x0100, 1, 0, 0, 0) + name + struct.pack("!HH", kind, 1)


def http(head, body=b""):
    return head.replace("\n", "\r\n").encode() + b"\r\n\r\n" + body


def agent(sid, right, wrong, server=INSIDE):
    one = "GET / HTTP/1.1\nHost: www.example.net\nUser-Agent: %s\nAccept: */*"
    talk(sid, http(one % right), http(one % wrong), server, 80)


def certificate(*parts):
    body = b"".join(parts)
    hello = b"\x02" + struct.pack("!I", 38)[1:] + b"\x03\x03" + bytes(32) + b"\0\xc0\x2f\0"
    cert = b"\x0b" + struct.pack("!I", len(body))[1:] + body
    return [(">", b"\x16\x03\x01\0\x05\x01\0\0\x01\0"),
            ("<", b"\x16\x03\x03" + struct.pack("!H", len(hello)) + hello + b"\x16\x03\x03" +
             struct.pack("!H", len(cert)) + cert)]


def smb2(text, command=5):
    body = b"\xfeSMB" + struct.pack("<HHIHH", 64, 0, 0, command, 1) + bytes(48) + bytes(56) + text
    return struct.pack("!I", len(body)) + body


def dcerpc(kind, body):
    return struct.pack("<BBBBIHHI", 5, 0, kind, 3, 16, 16 + len(body), 0, 1) + body


# Command and control
talk(9130001, [(">", b"x"), ("<", b"MZ" + bytes(60) + b"metsrv.dll\0Init\0_ReflectiveLoader@0\0")],
     [(">", b"x"), ("<", b"MZ" + bytes(60) + b"_ReflectiveLoader@0\0Init\0metsrv.dll\0")], OUTSIDE, 4444)
talk(9130002, http("POST /submit.php?id=17 HTTP/1.1\nHost: a\nContent-Type: application/octet-stream"),
     http("POST /submit.php?id=17 HTTP/1.1\nHost: a\nContent-Type: text/plain"), OUTSIDE, 80)
talk(9130003, certificate(b"\x30\x82\x02\x10\x02\x04\x08\xbb\x00\xee\x30\x0d"),
     certificate(b"\x30\x82\x02\x10\x02\x04\x08\xbb\x00\xef\x30\x0d"), OUTSIDE, 443)
talk(9130004, certificate(b"\x31\x17\x30\x15\x06\x03\x55\x04\x03\x0c\x0eAsyncRAT Server"),
     certificate(b"\x31\x17\x30\x15\x06\x03\x55\x04\x03\x0c\x0eAsyncROT Server"), OUTSIDE, 6606)
talk(9130005, certificate(b"\x31\x19\x30\x17\x06\x03\x55\x04\x03\x0c\x10Quasar Server CA"),
     certificate(b"\x31\x19\x30\x17\x06\x03\x55\x04\x03\x0c\x10Quasar Client CA"), OUTSIDE, 4782)
talk(9130006, b"Microsoft Windows [Version 10.0.19045.2965]\r\n(c) Microsoft Corporation. All rights"
     b" reserved.\r\n\r\nC:\\>",
     b"Microsoft Windows [Version 10.0.19045.2965]\r\n" + b" " * 110 + b"Microsoft Corporation.",
     OUTSIDE, 4444)
talk(9130007, b"uid=0(root) gid=0(root) groups=0(root)\n", b"uid=1000(ann) gid=1000(ann)\n", OUTSIDE,
     4444)
asks(9130008, query(b"dnscat", b"5d7e01a2b3c4", b"example", b"net"),
     query(b"dnscats", b"5d7e01a2b3c4", b"example", b"net"))
asks(9130009, query(b"vaaaakaqkv0", b"t", b"example", b"net", kind=10) + b"\xc0\x0c\0\x0a\0\x01\0\0\0\0"
     b"\0\x09VACK\0\0\0\0\0", query(b"vaaaakaqkv0", b"t", b"example", b"net", kind=10) +
     b"\xc0\x0c\0\x0a\0\x01\0\0\0\0\0\x09VNAK\0\0\0\0\0", back=True)
pings(9130010, b"\xd5\x20\x08\x80" + bytes(24), b"\xd5\x20\x08\x81" + bytes(24))
pings(9130011, b"\xde\xad\xc0\xde" + bytes(24), b"\0\xde\xad\xc0\xde" + bytes(23))

# Data carried out
agent(9120001, "rclone/v1.65.0", "clone/v1.65.0", OUTSIDE)
for sid, kind in ((9120002, b"7z"), (9120003, b"rar")):
    talk(sid, b"STOR finance." + kind + b"\r\n", b"RETR finance." + kind + b"\r\n", OUTSIDE, 21)
pings(9120004, bytes(1000), bytes(1000), 30, OUTSIDE, 29, 64)
asks(9120005, query(b"AAAA", b"=auth", b"t", b"example", b"net"),
     query(b"AAAA", b"auth", b"t", b"example", b"net"))
asks(9120006, query(b"AAAA", b"=connect", b"t", b"example", b"net"),
     query(b"AAAA", b"=connects", b"t", b"example", b"net"))
talk(9120007, http("PUT /a.zip HTTP/1.1\nHost: transfer.sh\nContent-Length: 3", b"abc"),
     http("GET /a.zip HTTP/1.1\nHost: transfer.sh"), OUTSIDE, 80)

# From host to host
talk(9110001, smb2(wide("PSEXESVC.EXE")), smb2(wide("PSEXEC.EXE")))
talk(9110002, smb2(wide("RemCom_communicaton")), smb2(wide("RemCom_communication")))
talk(9110003, smb2(wide("%COMSPEC% /Q /c echo dir ^> \\\\127.0.0.1\\C$\\__output 2^>^&1")),
     smb2(wide("%COMSPEC% /Q /c echo dir ^> \\\\127.0.0.1\\C$\\output 2^>^&1")))
talk(9110004, dcerpc(0, wide("cmd.exe /Q /c cd \\ 1> \\\\127.0.0.1\\ADMIN$\\__1700000000.12 2>&1")),
     dcerpc(0, wide("cmd.exe /Q /c cd \\ 1> \\\\127.0.0.1\\C$\\__1700000000.12 2>&1")), port=49667)
talk(9110005, dcerpc(0, b"cmd.exe /Q /c cd \\ 1> \\\\127.0.0.1\\ADMIN$\\__1700000000.12 2>&1"),
     dcerpc(0, b"cmd.exe /Q /k cd \\ 1> \\\\127.0.0.1\\ADMIN$\\__1700000000.12 2>&1"), port=49667)
for present in (True, False):
    reply = (b"\0\0\0\x23\xffSMB2" + b"\x02\0\0\xc0" + bytes(21) +
             (b"\x51\0" if present else b"\x41\0") + bytes(3))
    if present:
        double = reply
talk(9110006, [(">", b"\0\0\0\x04\xffSMB"), ("<", double)], [(">", b"\0\0\0\x04\xffSMB"), ("<", reply)])
LSARPC = bytes.fromhex("88d481c650d8d0118c5200c04fd90f7e")
EFSRPC = bytes.fromhex("c54119df89fe794ebf10463657acf44d")
for sid, uuid in ((9110007, LSARPC), (9110008, EFSRPC)):
    bind = dcerpc(11, b"\xb8\x10\xb8\x10" + bytes(4) + b"\x01\0\0\0\0\0\x01\0" + uuid + b"\x01\0\0\0")
    call = bytes(12) + wide("\\\\10.1.0.66\\share\\file\0")
    local = bytes(12) + wide("C:\\file\0")
    talk(sid, [(">", bind), ("<", dcerpc(12, bytes(20))), (">", dcerpc(0, call))],
         [(">", bind), ("<", dcerpc(12, bytes(20))), (">", dcerpc(0, local))])
talk(9110009, dcerpc(0, wide('<?xml version="1.0"?><Task version="1.2"><Actions><Exec><Command>cmd')),
     dcerpc(0, wide('<?xml version="1.0"?><Task version="1.2"><Actions><Show><Command>cmd')), port=49670)

# Against policy
talk(9150001, b'{"id": 1, "method": "mining.subscribe", "params": []}\n',
     b'{"id": 1, "method": "mining.unsubscribe", "params": []}\n', OUTSIDE, 3333)
talk(9150002, b'{"id":1,"jsonrpc":"2.0","method":"login","params":{"login":"4","agent":"XMRig/6.21.0"}}',
     b'{"id":1,"jsonrpc":"2.0","method":"login","params":{"login":"4","agent":"Rig/6.21.0"}}', OUTSIDE,
     3333)
talk(9150003, b"\x13BitTorrent protocol" + bytes(48), b"\x12BitTorrent protocol" + bytes(48), OUTSIDE,
     6881)
talk(9150004, [("<", b"RFB 003.008\n"), (">", b"RFB 003.008\n"), ("<", b"\x01\x01")],
     [("<", b"RFB 003.008\n"), (">", b"RFB 003.008\n"), ("<", b"\x01\x02")], port=5900)

# Ransomware
asks(9140001, query(b"iuqerfsodp9ifjaposdfjhgosurijfaewrwergwea", b"com"),
     query(b"iuqerfsodp9ifjaposdfjhgosurijfaewrwergweb", b"com"))
for sid, right, wrong in ((9140002, "@Please_Read_Me@.txt", "Please_Read_Me.txt"),
                          (9140003, "budget.xlsx.WNCRY", "budget.xlsx.WNCY"),
                          (9140004, "Restore-My-Files.txt", "Restore-Our-Files.txt"),
                          (9140005, "RyukReadMe.html", "RyuReadMe.html"),
                          (9140006, "CONTI_README.txt", "CONTE_README.txt"),
                          (9140007, "vssadmin delete shadows /all", "vssadmin list shadows /all")):
    talk(sid, smb2(wide(right)), smb2(wide(wrong)))
talk(9140008, b"cmd /c vssadmin delete shadows /all /quiet\r\n",
     b"cmd /c vssadmin list shadows /all /quiet\r\n", port=5985)

# Scans
agent(9100001, "Mozilla/5.0 (compatible; Nmap Scripting Engine; https://nmap.org/book/nse.html)",
      "Mozilla/5.0 (compatible; Map Scripting Engine; https://nmap.org/book/nse.html)")
agent(9100002, "masscan/1.3 (https://github.com/robertdavidgraham/masscan)", "mascan/1.3")
agent(9100003, "Mozilla/5.0 zgrab/0.x", "Mozilla/5.0 grab/0.x")
agent(9100004, "Mozilla/5.00 (Nikto/2.1.6) (Evasions:None) (Test:Port Check)",
      "Mozilla/5.00 (Niktor/2.1.6)")
agent(9100005, "sqlmap/1.7.2#stable (https://sqlmap.org)", "sqlmapper/1.7.2")
agent(9100006, "gobuster/3.6", "buster/3.6")
agent(9100007, "Fuzz Faster U Fool v2.0.0", "Fuzz Fast U Fool v2.0.0")
scans(9100010, FIN | PSH | 32, 5, FIN | PSH)
scans(9100011, 0, 10, SYN | ACK | FIN | PSH)
scans(9100012, FIN, 20, FIN | ACK)


def nmap_os_probe(c):
    for t, host, ident in ((0, GUILTY, 4162), (1, NEAR, 4163)):
        c.add(t, udp(host, INSIDE, 40000, 31337, b"C" * 300, ident=ident))


CASES[9100013] = nmap_os_probe


def pingback(number):
    """The near one sends the number in the order of the network."""
    def make(c):
        for t, host, seq in ((0, GUILTY, struct.pack("<H", number)), (1, NEAR, struct.pack(">H", number))):
            c.add(t, icmp(host, INSIDE, 8, 0, b"\0\1" + seq + b"exep" + bytes(784)))
    return make


for sid, number in ((9130034, 1234), (9130035, 1235), (9130036, 1236)):
    CASES[sid] = pingback(number)
signature_cases.add(talk, asks, smb2)
signature_exploits.add(talk)

if __name__ == "__main__":
    rules, bad = signatures(), 0
    if "--check" in sys.argv:
        for sid, line in rules.items():
            folder = here / f"sig-{sid}"
            if not (folder / "expected").exists():
                print(f"signature {sid} has no golden case")
            elif (folder / "test.rules").read_text() != line + "\n":
                print(f"signature {sid} differs from its golden case's")
            elif f" 1:{sid} " not in (folder / "expected").read_text():
                print(f"signature {sid} does not fire in its golden case")
            else:
                continue
            bad += 1
        print(f"{len(rules)} signatures, {bad} bad")
        sys.exit(bad != 0)
    for sid, make in CASES.items():
        if len(sys.argv) > 1 and str(sid) not in sys.argv[1:]:
            continue
        folder = here / f"sig-{sid}"
        folder.mkdir(exist_ok=True)
        capture = Capture()
        make(capture)
        capture.write(folder / "input.pcap")
        (folder / "test.rules").write_text(rules[sid] + "\n")
        name = re.search(r'msg:"([^"]*)"', rules[sid])[1]
        (folder / "what").write_text(f"{name}: once from {GUILTY}; what {NEAR} sends comes near.\n")
