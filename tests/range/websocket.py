#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""websocket.py serve ADDRESS PORT TO PORT: a WebSocket's server that carries each connection on to TO.
websocket.py carry ADDRESS PORT SERVER PORT: listens, and carries each connection to such a server in a WebSocket.
websocket.py chat ADDRESS PORT / talk SERVER PORT: a server that answers short texts, a client that says some.
RFC 6455, binary messages for the one, texts for the other. Only inside a network namespace of the range."""
import base64
import hashlib
import json
import os
import socket
import struct
import subprocess
import sys
import threading
import time

if not subprocess.run(["ip", "netns", "identify", str(os.getpid())], capture_output=True, text=True).stdout.strip():
    sys.exit("not in a namespace of the range")
GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


def head(s):
    data = b""
    while b"\r\n\r\n" not in data:
        data += s.recv(1)
    return data.decode()


def accept(s):
    key = next(line.split(": ")[1] for line in head(s).split("\r\n") if line.lower().startswith("sec-websocket-key"))
    proof = base64.b64encode(hashlib.sha1((key + GUID).encode()).digest()).decode()
    s.sendall(f"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {proof}\r\n\r\n".encode())


def ask(host, port, path):
    s = socket.create_connection((host, port))
    key = base64.b64encode(os.urandom(16)).decode()
    s.sendall(f"GET {path} HTTP/1.1\r\nHost: {host}:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
              f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n\r\n".encode())
    head(s)
    return s


def exactly(s, n):
    data = b""
    while len(data) < n:
        more = s.recv(n - len(data))
        if not more:
            raise EOFError
        data += more
    return data


def hear(s):
    a, b = exactly(s, 2)
    n = b & 127
    if n == 126:
        n = struct.unpack(">H", exactly(s, 2))[0]
    elif n == 127:
        n = struct.unpack(">Q", exactly(s, 8))[0]
    mask = exactly(s, 4) if b & 128 else bytes(4)
    return bytes(c ^ mask[i % 4] for i, c in enumerate(exactly(s, n)))


def say(s, data, masked, kind=2):
    size = bytes([len(data)]) if len(data) < 126 else b"\x7e" + struct.pack(">H", len(data))
    mask = os.urandom(4) if masked else bytes(4)
    size = bytes([size[0] | 128 * masked]) + size[1:]
    s.sendall(bytes([128 | kind]) + size + (mask if masked else b"") + bytes(c ^ mask[i % 4] for i, c in enumerate(data)))


def join(plain, web, masked):
    def up():
        while data := plain.recv(4096):
            say(web, data, masked)
        web.shutdown(socket.SHUT_WR)
    threading.Thread(target=up, daemon=True).start()
    try:
        while True:
            plain.sendall(hear(web))
    except (EOFError, OSError):
        plain.close()


def listen(host, port, do):
    server = socket.create_server((host, port))
    while True:
        threading.Thread(target=do, args=(server.accept()[0],), daemon=True).start()


def serve(s):
    accept(s)
    join(socket.create_connection((sys.argv[4], int(sys.argv[5]))), s, False)


def carry(s):
    join(s, ask(sys.argv[4], int(sys.argv[5]), "/"), True)


def chat(s):
    accept(s)
    try:
        while True:
            text = json.loads(hear(s))["text"]
            say(s, json.dumps({"from": "support", "text": f"thank you for '{text}', a moment please"}).encode(), False, 1)
    except EOFError:
        s.close()


def talk():
    s = ask(sys.argv[2], int(sys.argv[3]), "/chat")
    for n in range(20):
        say(s, json.dumps({"from": "carol", "text": f"is order {n} on its way?"}).encode(), True, 1)
        print(hear(s).decode())
        time.sleep(0.2)
    s.close()


if sys.argv[1] == "talk":
    talk()
else:
    listen(sys.argv[2], int(sys.argv[3]), globals()[sys.argv[1]])
