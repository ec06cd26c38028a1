#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes the golden captures of the parsers of DNS, TLS, SSH, SIP, SNMP, RFB: make_proto.py [CASE…]; like
make.py."""
import pathlib
import re
import struct
import sys

import make
from craft import tcp, udp

here = pathlib.Path(__file__).resolve().parent
make.CASES.clear()
case = make.case
CLIENT, SERVER = "10.1.0.20", "10.1.0.9"


def name(text):
    return b"".join(bytes([len(x)]) + x.encode() for x in text.split(".")) + b"\0"


def question(text, kind=1, ident=7):
    return struct.pack(">6H", ident, 0x100, 1, 0, 0, 0) + name(text) + struct.pack(">2H", kind, 1)


def answer(text, data, kind=1, ident=7, rcode=0):
    head = struct.pack(">6H", ident, 0x8180 | rcode, 1, 1 if data else 0, 0, 0)
    record = b"\xc0\x0c" + struct.pack(">2HIH", kind, 1, 60, len(data)) + data if data else b""
    return head + name(text) + struct.pack(">2H", kind, 1) + record


@case('alert dns any any -> any any (msg:"name"; dns.query; content:"evil.example"; endswith; sid:200;)\n'
      'alert dns any any -> any any (msg:"below"; dns.query; dotprefix; content:".evil.example"; sid:201;)\n'
      'alert dns any any -> any any (msg:"no such name"; dns.rcode:3; sid:202;)\n'
      'alert dns any any -> any any (msg:"text"; dns.rrtype:txt; flow:to_server; sid:203;)\n'
      'alert dns any any -> any any (msg:"answered"; dns.answers.rrname; content:"evil"; sid:204;)\n'
      'alert dns any any -> any any (msg:"loop"; app-layer-event:dns.infinite_loop; sid:205;)\n')
def dns_udp_and_tcp(c):
    """Two names over UDP, one that does not exist, a loop; two questions in one TCP stream, cut."""
    c.add(0, udp(CLIENT, SERVER, 40000, 53, question("www.evil.example")))
    c.add(.1, udp(SERVER, CLIENT, 53, 40000, answer("www.evil.example", bytes([192, 0, 2, 1]))))
    c.add(.2, udp(CLIENT, SERVER, 40001, 53, question("notevil.example")))
    c.add(.3, udp(SERVER, CLIENT, 53, 40001, answer("notevil.example", b"", rcode=3)))
    c.add(.4, udp(CLIENT, SERVER, 40001, 53, struct.pack(">6H", 1, 256, 1, 0, 0, 0) + b"\xc0\x0c\0\1\0\1"))
    both = b"".join(struct.pack(">H", len(q)) + q for q in (question("good.example"),
                                                            question("x.evil.example", 16)))
    c.session(1, CLIENT, SERVER, 50000, 53, [(">", both[:9]), (">", both[9:50]), (">", both[50:])])


def tls_hex():
    text = (here.parent / "unit/tls_hex.h").read_text()
    parts = re.split(r"#define TLS_\w+", text)[1:]
    return [bytes.fromhex("".join(re.findall(r'"([0-9a-f]*)"', p))) for p in parts]


@case('alert tls any any -> any any (msg:"sni"; tls.sni; content:"www.example.com"; bsize:15; sid:210;)\n'
      'alert tls any any -> any any (msg:"subject"; tls.cert_subject; content:"O=Vigie, CN=www"; sid:211;)\n'
      'alert tls any any -> any any (msg:"serial"; tls.cert_serial; content:"00:E7:F9:B6"; sid:212;)\n'
      'alert tls any any -> any any (msg:"der"; tls.certs; content:"|06 03 55 04 0a|"; sid:213;)\n'
      'alert tls any any -> any any (msg:"ja3"; ja3.string; content:"771,4865-4866"; startswith; sid:214;)\n'
      'alert tls any any -> any any (msg:"version"; tls.version:1.3; flow:to_server; sid:215;)\n'
      'alert tls any any -> any any (msg:"not yet"; tls_cert_valid; sid:216;)\n'
      'alert tls any any -> any any (msg:"old words"; tls.issuerdn:"O=Vigie"; ssl_state:server_hello; sid:217;)\n'
      'alert tcp any any -> any any (msg:"never"; content:"latersecret"; sid:218;)\n')
def tls_handshake(c):
    """A handshake of TLS 1.2 in small segments; what is encrypted is not looked at."""
    client, server, keys, rest = tls_hex()
    cut = lambda way, b: [(way, b[i:i + 100]) for i in range(0, len(b), 100)]
    c.session(0, CLIENT, SERVER, 50000, 8443, cut(">", client) + cut("<", server) + cut(">", keys) +
              cut("<", rest) + [(">", b"\x17\3\3\0\x0blatersecret"), ("<", b"\x17\3\3\0\x0blatersecret")])


def packet(payload):
    pad = 8 - (len(payload) + 5) % 8 + 4
    return struct.pack(">IB", 1 + len(payload) + pad, pad) + payload + bytes(pad)


def kexinit(cipher, mac):
    lists = ["curve25519-sha256", "ssh-ed25519", cipher, cipher, mac, mac, "none", "none", "", ""]
    return packet(b"\x14" + bytes(16) + b"".join(struct.pack(">I", len(x)) + x.encode() for x in lists) +
                  bytes(5))


@case('alert ssh any any -> any any (msg:"software"; ssh.software; content:"libssh"; sid:220;)\n'
      'alert ssh any any -> any any (msg:"offer"; ssh.hassh.string; content:"aes128-ctr"; sid:221;)\n'
      'alert ssh any any -> any any (msg:"version 2"; ssh.protoversion:2_compat; flow:to_client; sid:222;)\n')
def ssh_login(c):
    """Two wrong passwords, then the right one, by their sizes."""
    offer = kexinit("aes128-ctr", "hmac-sha2-256") + packet(b"\x15")
    sizes = [(">", 64), ("<", 64), (">", 80), ("<", 80), (">", 144), ("<", 80), (">", 144), ("<", 80),
             (">", 144), ("<", 48)]
    c.session(0, CLIENT, SERVER, 50000, 22,
              [("<", b"SSH-2.0-OpenSSH_9.2p1\r\n"), (">", b"SSH-2.0-libssh_0.10\r\n"), (">", offer),
               ("<", offer)] + [(way, b"\x5a" * n) for way, n in sizes])


@case('alert sip any any -> any any (msg:"invite"; sip.method; content:"INVITE"; sid:230;)\n'
      'alert sip any any -> any any (msg:"to"; sip.to; content:"bob"; sid:231;)\n'
      'alert sip any any -> any any (msg:"ringing"; sip.stat_code; content:"180"; sid:232;)\n'
      'alert snmp any any -> any any (msg:"community"; snmp.community; content:"private"; sid:233;)\n'
      'alert snmp any any -> any any (msg:"version"; snmp.version:2; snmp.pdu_type:2; sid:234;)\n'
      'alert rfb any any -> any any (msg:"password"; rfb.sectype:2; flow:to_server; sid:235;)\n'
      'alert rfb any any -> any any (msg:"name"; rfb.name; content:"desk"; sid:236;)\n'
      'alert dhcp any any -> any any (msg:"lease"; dhcp.leasetime:3600; sid:237;)\n'
      'alert mdns any any -> any any (msg:"local"; mdns.queries.rrname; content:"printer"; sid:238;)\n')
def small_protocols(c):
    """A call, a community, a desktop, a lease, a name on the segment."""
    c.add(0, udp(CLIENT, SERVER, 40000, 5060, b"INVITE sip:bob@example.com SIP/2.0\r\nt: <sip:bob@x>\r\n\r\n"))
    c.add(.1, udp(SERVER, CLIENT, 5060, 40000, b"SIP/2.0 180 Ringing\r\nTo: <sip:bob@x>\r\n\r\n"))
    for way, pdu in ((0, 0xa0), (1, 0xa2)):
        body = bytes([2, 1, 1, 4, 7]) + b"private" + bytes([pdu, 11, 2, 1, 5, 2, 1, 0, 2, 1, 0, 48, 0])
        m = bytes([48, len(body)]) + body
        c.add(1 + way, udp(*((SERVER, CLIENT, 161, 40000) if way else (CLIENT, SERVER, 40000, 161)), m))
    c.session(3, CLIENT, SERVER, 50000, 5900,
              [("<", b"RFB 003.008\n"), (">", b"RFB 003.008\n"), ("<", b"\1\2"), (">", b"\2"),
               ("<", bytes(range(16))), (">", bytes(16)), ("<", bytes(4)), (">", b"\1"),
               ("<", bytes(20) + b"\0\0\0\4desk")])
    lease = bytes([2, 1, 6, 0]) + bytes(12) + bytes([10, 1, 0, 99]) + bytes(216) + \
        bytes.fromhex("63825363350105330400000e10ff")
    c.add(5, udp(SERVER, "255.255.255.255", 67, 68, lease))
    c.add(6, udp(CLIENT, "224.0.0.251", 5353, 5353, question("printer.local", ident=0)))


def xdr(data):
    return struct.pack(">I", len(data)) + data + bytes(-len(data) % 4)


def rpc_call(xid, version, procedure, arguments=b""):
    unix = struct.pack(">I", 7) + xdr(b"workstation1") + struct.pack(">III", 1000, 100, 0)
    return (struct.pack(">6I", xid, 0, 2, 100003, version, procedure) + struct.pack(">I", 1) + xdr(unix) +
            bytes(8) + arguments)


def rpc_reply(xid, status, rest=b""):
    return struct.pack(">7I", xid, 1, 0, 0, 0, 0, status) + rest


def record(message):
    return struct.pack(">I", 1 << 31 | len(message)) + message


@case('alert nfs any any -> any any (msg:"looked up"; nfs_procedure:3; nfs_version:3; sid:240;)\n'
      'alert nfs any any -> any any (msg:"renamed"; nfs.procedure:14; sid:241;)\n'
      'alert nfs any any -> any any (msg:"written"; nfs_procedure:7-8; sid:242;)\n'
      'alert nfs any any -> any any (msg:"made a folder"; nfs_procedure:9; sid:243;)\n'
      'alert nfs any any -> any any (msg:"old version"; nfs_version:2; sid:244;)\n'
      'alert tftp any any -> any any (msg:"configuration"; tftp.file; content:".cfg"; endswith; tftp.opcode:2; sid:245;)\n'
      'alert tftp any any -> any any (msg:"boot"; tftp.file; content:".cfg"; tftp.opcode:1; sid:246;)\n'
      'alert bittorrent-dht any any -> any any (msg:"peers"; content:"get_peers"; sid:247;)\n'
      'alert bittorrent-dht any any -> any any (msg:"broken"; app-layer-event:bittorrent_dht.malformed_packet; sid:248;)\n')
def file_servers(c):
    """A name looked up and changed on NFS 3, data written in a long record, NFS 2 over UDP; TFTP; a DHT."""
    handle = xdr(b"H" * 32)
    c.session(0, CLIENT, SERVER, 900, 2049,
              [(">", record(rpc_call(1, 3, 3, handle + xdr(b"passwd")))), ("<", record(rpc_reply(1, 2, bytes(4)))),
               (">", record(rpc_call(2, 3, 14, handle + xdr(b"plan.doc") + handle + xdr(b"plan.doc.locked")))),
               ("<", record(rpc_reply(2, 0, bytes(8)))),
               (">", record(rpc_call(3, 3, 7, handle + struct.pack(">QII", 0, 5000, 2) + xdr(b"d" * 5000))) +
                record(rpc_call(4, 3, 0))),
               ("<", record(rpc_reply(3, 0, bytes(8))) + record(rpc_reply(4, 0)[:24]))])
    c.add(5, udp(CLIENT, SERVER, 901, 2049, rpc_call(9, 2, 4, bytes(32) + xdr(b"file"))))
    c.add(5.1, udp(SERVER, CLIENT, 2049, 901, rpc_reply(9, 0, bytes(32))))
    c.add(6, udp(CLIENT, SERVER, 40000, 69, b"\0\1boot.bin\0octet\0"))
    c.add(7, udp(CLIENT, SERVER, 40001, 69, b"\0\2router.cfg\0octet\0"))
    ident, peers = b"2:id20:abcdefghij0123456789", b"9:info_hash20:mnopqrstuvwxyz123456"
    c.add(8, udp(CLIENT, SERVER, 6881, 6881, b"d1:ad" + ident + peers + b"e1:q9:get_peers1:t2:aa1:y1:qe"))
    c.add(8.1, udp(SERVER, CLIENT, 6881, 6881, b"d1:rd" + ident + b"e1:t2:aa1:y1:re"))
    c.add(8.2, udp(CLIENT, SERVER, 6881, 6881, b"d1:ad" + ident + b"e1:q4:ping1:t2:aa1:y9:qe"))


if __name__ == "__main__":
    make.main(sys.argv[1:])
