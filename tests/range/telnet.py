#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""telnet.py HOST USER PASSWORD…: tries passwords at a Telnet login, all but the last at once, each in a connection of
its own. Refuses every option, as the plainest client. Prints what came of each; exit 3 if the last did not let in.

Only inside a network namespace of the range."""
import os
import socket
import subprocess
import sys
import threading

if not subprocess.run(["ip", "netns", "identify", str(os.getpid())], capture_output=True, text=True).stdout.strip():
    sys.exit("not in a namespace of the range")
host, user, *passwords = sys.argv[1:]
IAC, WILL, DO, SB, SE = 255, 251, 253, 250, 240


class Session:
    def __init__(self):
        self.s = socket.create_connection((host, 23), timeout=20)
        self.text = b""

    def more(self):
        data = self.s.recv(4096)
        if not data:
            raise EOFError
        i = 0
        while i < len(data):
            if data[i] != IAC:
                self.text += data[i:i + 1]
                i += 1
            elif data[i + 1:i + 2] == bytes([SB]):
                i = data.find(bytes([IAC, SE]), i) + 2 or len(data)
            else:
                if data[i + 1] in (WILL, DO):
                    self.s.sendall(bytes([IAC, 254 if data[i + 1] == WILL else 252, data[i + 2]]))
                i += 3

    def until(self, *words):
        while True:
            for w in words:
                if w in self.text:
                    self.text = b""
                    return w
            self.more()


def guess(password):
    t = Session()
    t.until(b"login: ")
    t.s.sendall(user.encode() + b"\r\n")
    t.until(b"Password: ")
    t.s.sendall(password.encode() + b"\r\n")
    ok = t.until(b"incorrect", b"$ ") == b"$ "
    print(password, "lets in" if ok else "is refused", flush=True)
    t.s.close()
    return ok


threads = [threading.Thread(target=guess, args=(p,)) for p in passwords[:-1]]
for t in threads:
    t.start()
for t in threads:
    t.join()
sys.exit(0 if guess(passwords[-1]) else 3)
