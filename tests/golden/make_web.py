#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes the golden captures of HTTP/2 and of what HTTP/1 is upgraded to: make_web.py [CASE…]; like
make.py."""
import gzip
import struct
import sys
import zlib

import make

make.CASES.clear()
case = make.case
CLIENT, SERVER = "10.1.0.20", "10.1.0.9"

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
DATA, HEADERS, PRIORITY, RST, SETTINGS, PUSH, PING, GOAWAY, WINDOW, CONTINUATION = range(10)
END_STREAM, END_HEADERS, PADDED, WITH_PRIORITY = 1, 4, 8, 32


def frame(kind, flags, stream, payload=b""):
    return struct.pack(">I", len(payload))[1:] + bytes([kind, flags]) + struct.pack(">I", stream) + payload


def field(name, value, index=True):
    """A literal as HPACK has it, its name new."""
    text = lambda s: bytes([len(s)]) + s.encode()
    return bytes([0x40 if index else 0]) + text(name) + text(value)


def request(path, *more):
    return b"\x82\x86" + field(":path", path) + field(":authority", "www.example.com") + b"".join(more)


def http2(c, t, port, *turns):
    """turns: (way, bytes); the preface and the settings come first."""
    c.session(t, CLIENT, SERVER, port, 8080,
              [(">", PREFACE + frame(SETTINGS, 0, 0, struct.pack(">HI", 3, 100))),
               ("<", frame(SETTINGS, 0, 0, struct.pack(">HI", 2, 0)) + frame(SETTINGS, 1, 0)), *turns])


@case('alert http any any -> any any (msg:"uri"; http.uri; content:"/evil"; http.host; content:"www.example.com"; sid:300;)\n'
      'alert http1 any any -> any any (msg:"not this version"; http.uri; content:"/evil"; sid:301;)\n'
      'alert http2 any any -> any any (msg:"body"; http.stat_code; content:"200"; file.data; content:"payload"; sid:302;)\n'
      'alert http2 any any -> any any (msg:"name"; http2.header_name; content:"x-tool"; sid:303;)\n'
      'alert http2 any any -> any any (msg:"header"; http2.header; content:"x-tool: a|3a 3a|b"; bsize:12; sid:304;)\n'
      'alert http2 any any -> any any (msg:"cancelled"; http2.frametype:RST_STREAM; http2.errorcode:CANCEL; sid:305;)\n'
      'alert http2 any any -> any any (msg:"setting"; http2.settings:MAX_CONCURRENT_STREAMS>50; sid:306;)\n'
      'alert http2 any any -> any any (msg:"weight"; http2.priority:>200; sid:307;)\n'
      'alert http2 any any -> any any (msg:"window"; http2.window:65535; flow:to_client; sid:308;)\n'
      'alert http2 any any -> any any (msg:"table"; http2.size_update:<100; sid:309;)\n'
      'alert http2 any any -> any any (msg:"who"; flow:to_server; app-layer-event:http2.userinfo_in_uri; sid:310;)\n'
      'alert tcp any any -> any any (msg:"cookie"; http.cookie; content:"a=1, b=2"; sid:311;)\n'
      'alert http any any -> any any (msg:"upload"; http.request_body; content:"secret"; sid:312;)\n'
      'alert http any any -> any any (msg:"pushed"; http.uri; content:"/style.css"; sid:313;)\n')
def http2_streams(c):
    """Streams side by side, a block over CONTINUATION, gzip, an upload, a reset, a promise; Huffman."""
    long = request("/evil/one", field("cookie", "a=1", False), field("cookie", "b=2", False))
    body = gzip.compress(b"the payload " * 20, mtime=0)
    http2(c, 0, 50000,
          (">", frame(HEADERS, END_STREAM, 1, long[:20]) + frame(CONTINUATION, END_HEADERS, 1, long[20:])),
          (">", frame(HEADERS, END_HEADERS | PADDED | WITH_PRIORITY, 3,
                      b"\x03" + struct.pack(">IB", 0, 220) + b"\x83" + field("x-tool", "a:b", False) + bytes(3))),
          ("<", frame(HEADERS, END_HEADERS, 1, b"\x88" + field("content-encoding", "gzip")) +
           frame(DATA, 0, 1, body[:9])),
          (">", frame(DATA, END_STREAM, 3, b"the secret") + frame(WINDOW, 0, 3, struct.pack(">I", 65535))),
          ("<", frame(WINDOW, 0, 0, struct.pack(">I", 65535)) + frame(DATA, PADDED | END_STREAM, 1, b"\x02" + body[9:] + bytes(2)) +
           frame(HEADERS, END_HEADERS | END_STREAM, 3, b"\x8d")),
          (">", frame(HEADERS, END_HEADERS | END_STREAM, 5, b"\x3e" + field(":authority", "me@h"))),
          ("<", frame(PUSH, END_HEADERS, 5, struct.pack(">I", 2) + request("/style.css")) +
           frame(HEADERS, END_HEADERS | END_STREAM, 2, b"\x88")),
          (">", frame(RST, 0, 5, struct.pack(">I", 8)) + frame(GOAWAY, 0, 0, bytes(8))))
    # RFC 7541 C.4: www.example.com and its cache, by Huffman
    http2(c, 10, 50001,
          (">", frame(HEADERS, 5, 1, bytes.fromhex("828684418cf1e3c2e5f23a6ba0ab90f4ff")) +
           frame(HEADERS, 5, 3, bytes.fromhex("828684be5886a8eb10649cbf"))))


@case('alert http any any -> any any (msg:"request"; http.uri; content:"/first"; sid:320;)\n'
      'alert http2 any any -> any any (msg:"second"; http.uri; content:"/second"; sid:321;)\n'
      'alert http2 any any -> any any (msg:"answer to the first"; flow:to_client; http.response_body; content:"hello"; sid:322;)\n')
def http2_upgrade(c):
    """HTTP/1 becomes HTTP/2: the request is told in both, its answer in the second."""
    c.session(0, CLIENT, SERVER, 50000, 8080,
              [(">", b"GET /first HTTP/1.1\r\nHost: h\r\nConnection: Upgrade, HTTP2-Settings\r\n"
                b"Upgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n\r\n"),
               ("<", b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n" +
                frame(SETTINGS, 0, 0)),
               (">", PREFACE + frame(SETTINGS, 0, 0)),
               ("<", frame(HEADERS, 4, 1, b"\x88") + frame(DATA, 1, 1, b"hello")),
               (">", frame(HEADERS, 5, 3, request("/second")))])


def ws(head, payload, key=b""):
    """A frame of WebSocket; with a key it is masked."""
    n = len(payload)
    length = bytes([n]) if n < 126 else b"\x7e" + struct.pack(">H", n)
    length = bytes([length[0] | (0x80 if key else 0)]) + length[1:]
    return bytes([head]) + length + key + bytes(b ^ key[i % 4] if key else b for i, b in enumerate(payload))


@case('alert http any any -> any any (msg:"upgrade"; http.uri; content:"/chat"; sid:330;)\n'
      'alert websocket any any -> any any (msg:"whole"; flow:to_server; websocket.payload; content:"evil command"; websocket.opcode:continuation; websocket.flags:fin; sid:331;)\n'
      'alert websocket any any -> any any (msg:"compressed"; flow:to_client; websocket.payload; content:"payload"; websocket.flags:fin,comp; sid:332;)\n'
      'alert websocket any any -> any any (msg:"key"; websocket.mask:0x01020304; websocket.opcode:ping; sid:333;)\n'
      'alert websocket any any -> any any (msg:"not"; websocket.payload; content:"evil com"; endswith; websocket.flags:!fin; sid:334;)\n'
      'alert tcp any any -> any any (msg:"bytes"; app-layer-protocol:websocket; websocket.opcode:>7; flow:to_client; sid:335;)\n')
def websocket_chat(c):
    """An upgrade; a message in two masked fragments with a ping between them; two compressed ones."""
    key = bytes([1, 2, 3, 4])
    squeeze = zlib.compressobj(9, zlib.DEFLATED, -15)
    first = (squeeze.compress(b"the payload of this") + squeeze.flush(zlib.Z_SYNC_FLUSH))[:-4]
    again = (squeeze.compress(b"the payload of this, again") + squeeze.flush(zlib.Z_SYNC_FLUSH))[:-4]
    c.session(0, CLIENT, SERVER, 50000, 80,
              [(">", b"GET /chat HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n"),
               ("<", b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n" +
                ws(0xc1, first)),
               (">", ws(0x01, b"an evil com", key) + ws(0x89, b"", key)),
               (">", ws(0x80, b"mand", key)),
               ("<", ws(0x8a, b"") + ws(0xc1, again) + ws(0x88, b"\x03\xe8"))])


if __name__ == "__main__":
    make.main(sys.argv[1:])
