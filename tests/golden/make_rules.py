#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes the golden captures of the rule language: make_rules.py [CASE…]; like make.py."""
import base64
import hashlib
import pathlib
import struct
import sys
import zlib

import make
from craft import SYN, ether, icmp, ipsum, mac, tcp, udp
from make_proto import question
from sessions import tls_from

make.CASES.clear()
case = make.case
here = pathlib.Path(__file__).resolve().parent
CLIENT, SERVER, DNS = "10.1.0.20", "10.1.0.9", "10.1.0.2"


@case('alert dns any any -> any any (msg:"new name"; dns.query; dataset:set,names,type string; sid:300;)\n'
      'alert dns any any -> any any (msg:"seen"; dns.query; content:"again"; dataset:isset,names,type string; sid:301;)\n'
      'alert dns any any -> any any (msg:"quiet"; dns.query; content:"bad"; dataset:set,bad,type string; noalert; sid:302;)\n'
      'alert dns any any -> any any (msg:"bad"; dns.query; dataset:isset,bad,type string; sid:303;)\n'
      'alert udp any any -> any 53 (msg:"new client"; ip.src; dataset:set,clients,type ip; sid:304;)\n'
      'alert dns any any -> any any (msg:"not before"; dns.query; content:"again"; dataset:isnotset,names,type string; sid:305;)\n'
      'alert dns any any -> any any (msg:"hashed"; dns.query; to_sha256; dataset:set,sums,type sha256; sid:306;)\n')
def sets_that_rules_change(c):
    """Names asked by many clients, so that no worker sees them all: each name is new once."""
    for i in range(12):
        name = ("first.example", "again.example", "bad.example", "again.example")[i % 4]
        c.add(i * .1, udp(f"10.1.{i % 5}.20", DNS, 40000 + i, 53, question(name)))



ORDERED = "".join('alert udp any any -> any 7777 (msg:"%s"; content:"order"; %ssid:%d;)\n' % r for r in (
    ("third level", "priority:3; ", 330), ("second", "priority:2; ", 331), ("first", "priority:1; ", 332),
    ("asks", "flowbits:isset,ordered; priority:1; ", 333), ("sets", "flowbits:set,ordered; priority:4; ", 334),
    ("counts", "flowint:order_count,+,1; priority:4; ", 335), ("silent", "priority:1; noalert; ", 336),
    ("taken from nothing is nothing", "flowint:order_down,-,1; noalert; ", 337),
    ("so never", "flowint:order_down,isset; ", 338),
    ("once", "priority:1; threshold:type limit, track by_src, seconds 60, count 1; ", 329)))


@case(ORDERED + 'drop udp any any -> any 7777 (msg:"drops"; content:"order"; priority:4; sid:339;)\n'
      'alert http any any -> any any (msg:"target"; http.uri; content:"order"; target:dest_ip; sid:341;)\n'
      'alert http any any -> any any (msg:"asks"; http.host; content:"h"; bsize:1; target:src_ip; priority:1; sid:342;)\n',
      args="--set detect.packet_alerts=6\n")
def order_of_alerts(c):
    """Twice a datagram that eight rules fit: drop, what sets, what asks, then by priority, and no
    more than six: the second time one that counts to its limit leaves its place to another."""
    c.add(0, udp(CLIENT, SERVER, 40000, 7777, b"in order"))
    c.add(1, udp(CLIENT, SERVER, 40000, 7777, b"in order"))
    c.session(2, CLIENT, SERVER, 40001, 80, [(">", b"GET /order HTTP/1.1\r\nHost: h\r\n\r\n")])


ODD = (("folded", 'http.request_header; content:"X-Long: one  two|09|three"; bsize:22;'),
       ("folded behind a repeated one", 'http.cookie; content:"a=1, b=2 c=3"; bsize:12;'),
       ("lines without a name are one", 'http.request_header; content:": nothing, empty"; bsize:16;'),
       ("blanks behind the version", 'http.protocol; content:"HTTP/1.1 "; bsize:9;'),
       ("blanks in an answer's text", 'http.stat_msg; content:"All  Good "; bsize:10;'),
       ("no host, no buffer", 'http.host.raw; bsize:0;'),
       ("no header, no empty line", 'http.start; content:"/bare HTTP/1.1|0d 0a|"; endswith;'),
       ("a tunnel has no path", 'http.uri; content:"tunnel"; nocase;'),
       ("a body that is sent compressed", 'http.request_body; content:"packed inside"; bsize:13;'),
       ("a line that is too long", 'app-layer-event:http.request_field_too_long;'))


@case("".join(f'alert http any any -> any any (msg:"{m}"; flow:established; {r} sid:{350 + i};)\n'
              for i, (m, r) in enumerate(ODD)))
def odd_http(c):
    """What heads seldom hold, as libhtp reads it: held against Suricata 7.0.10."""
    packed = zlib.compressobj(9, zlib.DEFLATED, 31)
    packed = packed.compress(b"packed inside") + packed.flush()
    ok = b"HTTP/1.1  200   All  Good \r\nContent-Length: 0\r\n\r\n"
    for i, ask in enumerate((
            b"GET /folded HTTP/1.1\r\nHost: h\r\nX-Long: one\r\n  two\r\n\tthree\r\nCookie: a=1\r\nX: y\r\n"
            b"Cookie: b=2\r\n c=3\r\nnothing\r\n: empty\r\n\r\n",
            b"GET   /blanks   HTTP/1.1 \r\nHost: h\r\n\r\n", b"GET /bare HTTP/1.1\r\n\r\n",
            b"CONNECT tunnel.example:443 HTTP/1.1\r\nHost: tunnel.example:443\r\n\r\n",
            b"POST /packed HTTP/1.1\r\nHost: h\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" %
            len(packed) + packed,
            b"GET /" + b"long" * 4600 + b" HTTP/1.1\r\nHost: h\r\n\r\n")):
        c.session(i, CLIENT, SERVER, 40000 + i, 80,
                  [(">", ask[at:at + 1400]) for at in range(0, len(ask), 1400)] +
                  [("<", ok if b"CONNECT" not in ask else b"HTTP/1.1 407 No\r\nContent-Length: 0\r\n\r\n")])


ASK = b"GET / HTTP/1.1\r\nHost: h\r\n\r\n"
FINE = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nshort"
REST = (("a trailer, with the headers", 'http.header; content:"Te-One|3a| evil";'),
        ("and its name", 'http.header_names; content:"|0d 0a|Te-One|0d 0a|";'),
        ("a trailer, later: all headers are looked at again", 'flow:to_client; http.header; content:"Server|3a|";'),
        ("what came later", 'http.stat_code; content:"200"; http.header; content:"Te-Two|3a| evil";'),
        ("other buffers are not", 'http.response_header; content:"Te-Two";'),
        ("a trailer of a request", 'http.request_header; content:"Te-Up|3a| evil";'),
        ("HTTP/0.9", 'flow:to_client; file.data; content:"<old>";'))
SURPLUS = (("an answer to HEAD with a body", 'flow:to_client; file.data; content:"no body";'),
        ("more than the length", 'flow:to_client; file.data; content:"short and more";'),
        ("304 with a length: the next answer is one", 'http.stat_code; content:"299";'),
        ("a body of no length", 'http.request_body; content:"stray=1";'),
        ("is no request", 'http.method; content:"stray";'),
        ("a request of an unknown method is", 'http.uri; content:"/hidden";'))


@case("".join(f'alert http any any -> any any (msg:"{m}"; {r} sid:{400 + i};)\n'
              for i, (m, r) in enumerate(REST)))
def http_rest(c):
    """Headers behind the last chunk; HTTP/0.9."""
    down = b"HTTP/1.1 200 OK\r\nServer: s\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n"
    up = b"POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n"
    for i, talk in enumerate((
            [(">", ASK), ("<", down + b"Te-One: evil\r\n\r\n")],
            [(">", ASK), ("<", down), ("<", b"Te-Two: evil\r\n\r\n")],
            [(">", up + b"Te-Up: evil\r\n\r\n"), ("<", FINE)],
            [(">", b"GET /\r\n"), ("<", b"<old>")])):
        c.session(i, CLIENT, SERVER, 40000 + i, 80, talk)


@case("".join(f'alert http any any -> any any (msg:"{m}"; {r} sid:{420 + i};)\n'
              for i, (m, r) in enumerate(SURPLUS)))
def http_surplus(c):
    """Bodies that nothing announced, and what hides there."""
    for i, talk in enumerate((
            [(">", b"HEAD / HTTP/1.1\r\nHost: h\r\n\r\n"), ("<", b"HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\nno body")],
            [(">", ASK), ("<", FINE + b" and more")],
            [(">", ASK + ASK), ("<", b"HTTP/1.1 304 No\r\nContent-Length: 9\r\n\r\nHTTP/1.1 299 Yes\r\n\r\n")],
            [(">", b"PUT / HTTP/1.1\r\nHost: h\r\n\r\nstray=1"), ("<", FINE)],
            [(">", b"PUT / HTTP/1.1\r\nHost: h\r\n\r\nHIDE /hidden HTTP/1.1\r\nHost: h\r\n\r\n"), ("<", FINE + FINE)])):
        c.session(i, CLIENT, SERVER, 40000 + i, 80, talk)


ODD_EVENTS = (("smtp", "smtp.mime_long_boundary"), ("quic", "quic.failed_decrypt"),
              ("tls", "tls.certificate_invalid_subject"), ("tls", "tls.certificate_invalid_issuer"),
              ("smb", "smb.negotiate_max_read_size_too_large"), ("smb", "smb.negotiate_max_write_size_too_large"))


def mail(boundary):
    end = b"\r\n"
    text = (b"MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=\"" + boundary + b"\"\r\n\r\n--" + boundary +
            b"\r\nContent-Disposition: attachment; filename=\"a.bin\"\r\n\r\nthe part\r\n--" + boundary + b"--\r\n.\r\n")
    talk = [("<", b"220 hello")]
    for ask, answer in ((b"EHLO a", b"250 a"), (b"MAIL FROM:<a@b>", b"250 b"), (b"RCPT TO:<c@d>", b"250 c"), (b"DATA", b"354 d")):
        talk += [(">", ask + end), ("<", answer + end)]
    return [(talk[0][0], talk[0][1] + end)] + talk[1:] + [(">", text), ("<", b"250 e\r\n")]


@case("".join(f'alert {p} any any -> any any (msg:"{e}"; app-layer-event:{e}; sid:{440 + i};)\n'
              for i, (p, e) in enumerate(ODD_EVENTS)) +
      'alert smtp any any -> any any (msg:"behind a long boundary"; file.data; content:"the part"; sid:449;)\n')
def odd_events(c):
    """Oddities that Suricata's own event rules ask for, and their nearest neighbours without."""
    hello = b"\xc3\0\0\0\1\x08" + bytes(range(8)) + b"\0\0\x44\xb0" + bytes(1200)
    c.session(0, CLIENT, SERVER, 40000, 25, mail(b"x" * 255))
    c.session(1, CLIENT, SERVER, 40001, 25, mail(b"x" * 254))
    c.add(2, udp(CLIENT, SERVER, 40002, 443, hello))
    c.session(3, CLIENT, SERVER, 40003, 443, tls_from("Good CA", "evil\0.example"))
    c.session(4, CLIENT, SERVER, 40004, 443, tls_from("Bad\0CA", "good.example"))
    c.session(5, CLIENT, SERVER, 40005, 443, tls_from("Good CA", "good.example"))
    for i, most in enumerate(((16 << 20) + 1, 16 << 20)):
        head = b"\xfeSMB" + struct.pack("<HHIHHIIQIIQ", 64, 0, 0, 0, 1, 0, 0, 1, 0, 0, 0) + bytes(16)
        ask = head + struct.pack("<HHHHI", 36, 1, 1, 0, 0) + bytes(24) + struct.pack("<H", 0x210)
        head = head[:16] + b"\1" + head[17:]
        answer = (head + struct.pack("<HHHH", 65, 1, 0x210, 0) + bytes(16) + struct.pack("<IIII", 0, most, most, most) +
                  bytes(16) + struct.pack("<HHI", 128, 0, 0))
        c.session(6 + i, CLIENT, SERVER, 40006 + i, 445, [(">", struct.pack(">I", len(ask)) + ask),
                                                         ("<", struct.pack(">I", len(answer)) + answer)])


@case('alert mqtt any any -> any any (msg:"version of a message that has none"; mqtt.type:PUBLISH; mqtt.protocol_version:5; sid:370;)\n'
      'alert mqtt any any -> any any (msg:"far inside"; mqtt.publish.message; content:"needle"; endswith; sid:371;)\n'
      'alert mqtt any any -> any any (msg:"no reason is reason 0"; mqtt.type:DISCONNECT; mqtt.reason_code:0; sid:372;)\n'
      'alert tls any any -> any any (msg:"digits are seconds"; tls_cert_notafter:>2040; sid:373;)\n'
      'alert tls any any -> any any (msg:"so never"; tls_cert_notafter:<2040; sid:374;)\n'
      'alert tls any any -> any any (msg:"a date"; tls_cert_notafter:<2040-01-01; sid:375;)\n')
def odd_numbers(c):
    """Numbers as Suricata 7.0.10 reads them: MQTT 5's versions and reasons, dates of certificates."""
    body = b"\0\1t\0" + bytes(20000) + b"needle"
    publish = b"\x30" + bytes([len(body) & 127 | 128, len(body) >> 7 & 127 | 128, len(body) >> 14]) + body
    connect = b"\x10\x10\0\4MQTT\5\2\0\x3c\0\0\3pc1"
    c.session(0, CLIENT, SERVER, 40000, 1883, [(">", connect), ("<", b"\x20\3\0\0\0")] +
              [(">", publish[at:at + 1400]) for at in range(0, len(publish), 1400)] + [(">", b"\xe0\0")])
    c.session(2, CLIENT, SERVER, 40001, 443, tls_from("CA", "h"))


@case('alert udp any any -> any 9999 (msg:"who"; content:"user="; pcre:"/user=(?P<flow_user>\\w+)/"; sid:310;)\n'
      'alert udp any 9999 -> any any (msg:"root in"; content:"ok"; flowvar:user,"root"; sid:311;)\n'
      'alert udp any 9999 -> any any (msg:"alice in"; content:"ok"; flowvar:user,"alice"; sid:312;)\n'
      'alert udp any any -> any 9999 (msg:"both"; content:"user="; pcre:"/user=(\\w+) host=(\\w+)/, flow:name, pkt:host"; sid:313;)\n'
      'alert udp any any -> any 9999 (msg:"same packet"; content:"host="; pktvar:host,"box"; sid:314;)\n'
      'alert udp any any -> any 9999 (msg:"any packet of the conversation"; flowvar:name,"root"; sid:315;)\n'
      'alert udp any any -> any any (msg:"entropy"; content:"user="; entropy:value > 3; sid:316;)\n')
def variables(c):
    """Who logs in is kept for the answer; another conversation has its own."""
    for i, user in enumerate(("root", "alice", "root")):
        client = f"10.1.{i}.20"
        c.add(i, udp(client, DNS, 40000, 9999, f"user={user} host=box{i}".encode()))
        c.add(i + .1, udp(DNS, client, 9999, 40000, b"ok" if i < 2 else b"no"))
        c.add(i + .2, udp(client, DNS, 40000, 9999, b"host=boxes"))



def http_file(body, kind=b"application/octet-stream", encoding=b""):
    coded = b"Content-Encoding: gzip\r\n" if encoding else b""
    return (b"HTTP/1.1 200 OK\r\nContent-Type: %s\r\n%sContent-Length: %d\r\n\r\n" %
            (kind, coded, len(encoding or body)) + (encoding or body))


LARGE = bytes(i * i // 7 % 251 for i in range(130_000))
PNG = bytes.fromhex("89504e470d0a1a0a0000000d49484452000000100000001008060000001ff3ff61") + bytes(600)
FORM = (b'--xx\r\nContent-Disposition: form-data; name="a"; filename="a.png"\r\n\r\n' + PNG +
        b"\r\n--xx--\r\n")


@case('alert http any any -> any any (msg:"large, MD5"; filemd5:large.md5; sid:320;)\n'
      'alert http any any -> any any (msg:"large, SHA-256"; filesha256:large.sha256; sid:321;)\n'
      'alert http any any -> any any (msg:"not in the list"; filesha1:!large.sha1; sid:322;)\n'
      'alert http any any -> any any (msg:"PNG"; file.magic; content:"PNG image data, 16 x 16"; sid:323;)\n'
      'alert http any any -> any any (msg:"kind, old word"; filemagic:"png IMAGE"; sid:324;)\n'
      'alert http any any -> any any (msg:"large"; filesize:130000; sid:325;)\n'
      'alert http any any -> any any (msg:"kind and hash of one file"; filemagic:"data"; filemd5:large.md5; sid:326;)\n'
      'alert tcp any any -> any any (msg:"picture, whatever carries it"; filemd5:picture.md5; sid:327;)\n'
      'alert tcp any any -> any any (msg:"the same by kind"; file.magic; content:"PNG image"; startswith; sid:328;)\n')
def whole_files(c):
    """130,000 bytes plainly, compressed, broken off; a picture down, one up in a form,
    one by mail and one by FTP."""
    ask = b"GET /%d HTTP/1.1\r\nHost: h\r\n\r\n"
    cut = lambda way, b: [(way, b[i:i + 1400]) for i in range(0, len(b), 1400)]
    packed = zlib.compressobj(9, zlib.DEFLATED, 31)
    packed = packed.compress(LARGE) + packed.flush()
    c.session(0, CLIENT, SERVER, 50000, 80, [(">", ask % 1)] + cut("<", http_file(LARGE)) +
              [(">", ask % 2)] + cut("<", http_file(LARGE, encoding=packed)) +
              [(">", ask % 3)] + cut("<", http_file(PNG, b"image/png")))
    c.session(20, CLIENT, SERVER, 50001, 80, [(">", ask % 4)] + cut("<", http_file(LARGE)[:110_000]))
    c.session(40, CLIENT, SERVER, 50002, 80,
              [(">", b"POST /up HTTP/1.1\r\nHost: h\r\nContent-Type: multipart/form-data; boundary=xx\r\n"
                b"Content-Length: %d\r\n\r\n" % len(FORM)), (">", FORM),
               ("<", b"HTTP/1.1 204 No Content\r\n\r\n")])
    mail = (b'MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary="yy"\r\n\r\n--yy\r\n'
            b'Content-Type: image/png; name="p.png"\r\nContent-Transfer-Encoding: base64\r\n\r\n' +
            base64.encodebytes(PNG).replace(b"\n", b"\r\n") + b"--yy--\r\n.\r\n")
    c.session(60, CLIENT, SERVER, 50003, 25,
              [("<", b"220 m\r\n"), (">", b"EHLO c\r\n"), ("<", b"250 m\r\n"), (">", b"MAIL FROM:<a@b>\r\n"),
               ("<", b"250 ok\r\n"), (">", b"RCPT TO:<c@d>\r\n"), ("<", b"250 ok\r\n"), (">", b"DATA\r\n"),
               ("<", b"354 go\r\n"), (">", mail), ("<", b"250 ok\r\n"), (">", b"QUIT\r\n"), ("<", b"221 bye\r\n")])
    c.session(80, CLIENT, SERVER, 50004, 21,
              [("<", b"220 f\r\n"), (">", b"USER a\r\n"), ("<", b"331 p\r\n"), (">", b"PASS b\r\n"),
               ("<", b"230 in\r\n"), (">", b"PASV\r\n"), ("<", b"227 Entering Passive Mode (10,1,0,9,195,90)\r\n"),
               (">", b"RETR p.png\r\n"), ("<", b"150 here\r\n")], close=False)
    c.session(81, CLIENT, SERVER, 50005, 50010, [("<", PNG)])
    (here / "whole-files" / "picture.md5").write_text(hashlib.md5(PNG).hexdigest() + "\n")
    for name in ("md5", "sha1", "sha256"):
        (here / "whole-files" / f"large.{name}").write_text(hashlib.new(name, LARGE).hexdigest() + "\n")



def ip_options(options, i):
    options += bytes(-len(options) % 4)
    head = struct.pack(">BBHHHBBH4B4B", 0x45 + len(options) // 4, 0, 32 + len(options), 1, 0, 64, 17, 0,
                       10, 1, 0, 20, 10, 1, 0, 9) + options
    head = head[:10] + struct.pack(">H", ipsum(head)) + head[12:]
    return ether(mac(SERVER), mac(CLIENT), 0x800, head + struct.pack(">4H", 1000 + i, 53, 12, 0) + b"abcd")


@case("".join(f'alert pkthdr any any -> any any (msg:"{name}"; decode-event:{name}; sid:{330 + i};)\n' for i, name in enumerate(
    ("icmpv4.unknown_type", "icmpv4.unknown_code", "icmpv4.ipv4_unknown_ver", "icmpv4.ipv4_trunc_pkt",
     "ipv4.opt_invalid", "ipv4.opt_invalid_len", "ipv4.opt_malformed", "ipv4.opt_duplicate",
     "ipv4.opt_eol_required", "ipv4.opt_pad_required", "tcp.opt_invalid_len", "tcp.opt_duplicate"))))
def odd_headers(c):
    """Types and codes of ICMP, options of IPv4 and TCP that do not add up; each beside one that does."""
    t = iter(range(1000))
    for kind, code, quoted in ((8, 0, b""), (8, 1, b""), (42, 0, b""), (3, 15, b"E" + bytes(27)), (3, 16, b"E" + bytes(27)),
                               (11, 1, bytes(28)), (11, 2, bytes(28)), (5, 0, b"E" + bytes(10)), (10, 0, b"")):
        c.add(next(t), icmp(CLIENT, SERVER, kind, code, b"\0\1\0\1" + quoted))
    for i, options in enumerate(("0707040000000000", "0707050000000000", "07070400000000000707040000000000", "0700",
                                 "8804000100000000", "8803000000000000", "550400000000000001010101010101ff",
                                 "440c0901aabbccdd00000000", "440c0501aabbccdd00000000", "860a0000000101040000",
                                 "860a00000001010400ff", "01010100")):
        c.add(next(t), ip_options(bytes.fromhex(options), i))
    for i, options in enumerate(("020405b4", "020405b4020405b4", "02050000", "0402", "0403", "050a0000000000000000", "0509",
                                 "2204abcd2204abcd", "fd04f989", "fd03aa", "1312" + "00" * 16, "0300")):
        raw = bytes.fromhex(options)
        c.add(next(t), tcp(CLIENT, SERVER, 41000 + i, 80, SYN, 7, options=raw + b"\1" * (-len(raw) % 4)))


@case('alert tcp any any -> any 80 (msg:"tier inside"; flow:established,to_server; content:"GET /.env"; metadata:tier inside; sid:350;)\n'
      'alert tcp any any -> any 80 (msg:"no tier"; flow:established,to_server; content:"GET /.env"; sid:351;)\n')
def tier_inside(c):
    """The same request from outside and from one of ours: a finding, an alert."""
    for t, client in ((0, "203.0.113.7"), (1, CLIENT)):
        c.session(t, client, SERVER, 50000, 80, [(">", b"GET /.env HTTP/1.0\r\n\r\n")])


@case('alert http any any -> any any (msg:"a request"; frame:http1.request; content:"GET /framed"; startswith; sid:420;)\n'
      'alert http any any -> any any (msg:"no answer has it"; frame:http1.response; content:"GET /framed"; sid:421;)\n'
      'alert tls any any -> any any (msg:"a head of a record"; frame:tls.hdr; content:"|16 03|"; startswith; bsize:5; sid:422;)\n'
      'alert tls any any -> any any (msg:"which has no more"; frame:tls.hdr; content:"www.example"; sid:423;)\n'
      'alert smb any any -> any any (msg:"a head"; frame:smb2.hdr; content:"|fe|SMB"; startswith; bsize:64; sid:424;)\n'
      'alert smb any any -> any any (msg:"data"; frame:smb.smb2.data; content:"|24 00|"; startswith; sid:425;)\n'
      'alert dns any any -> any any (msg:"a message"; frame:dns.pdu; content:"|06|framed"; sid:426;)\n'
      'alert dns any any -> any any (msg:"another name"; frame:dns.pdu; content:"|05|other"; sid:427;)\n'
      'alert sip any any -> any any (msg:"a line"; frame:sip.request.line; content:"INVITE"; startswith; sid:428;)\n'
      'alert sip any any -> any any (msg:"headers are not in it"; frame:sip.request.line; content:"Via"; sid:429;)\n',
      fields="frame.type frame.id frame.stream_offset frame.length frame.complete frame.tx_id")
def frames(c):
    """Contents in a protocol's frames: where they are, and where they are not."""
    c.session(0, CLIENT, SERVER, 40000, 80,
              [(">", b"GET /framed HTTP/1.1\r\nHost: h\r\n\r\n"),
               ("<", b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")])
    c.session(1, CLIENT, SERVER, 40001, 443, tls_from("O=Vigie", "CN=www.example.com", "www.example.com"))
    head = b"\xfeSMB" + struct.pack("<HHIHHIIQIIQ16x", 64, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0)
    hello = head + struct.pack("<HHHHI16xQHH", 36, 2, 1, 0, 0, 0, 0x202, 0x210)
    c.session(2, CLIENT, SERVER, 40002, 445, [(">", struct.pack("!I", len(hello)) + hello)])
    c.add(3, udp(CLIENT, DNS, 40003, 53, question("framed.example")))
    c.add(4, udp(CLIENT, SERVER, 40004, 5060,
                 b"INVITE sip:bob@example.com SIP/2.0\r\nVia: SIP/2.0/UDP h\r\n\r\n"))


if __name__ == "__main__":
    make.main(sys.argv[1:])
