#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""One established TCP connection that says whether it lives.

ticker.py serve PORT            answers every line it gets, for ever
ticker.py ask HOST PORT LOG     sends a line every 50 ms on one connection; appends "EPOCH_SECONDS N"
                                to LOG for each answer, until killed
"""
import socket
import sys
import threading
import time


def serve(port):
    s = socket.socket()
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    s.bind(("", port))
    s.listen(16)

    def answer(c):
        with c:
            while data := c.recv(4096):
                c.sendall(data)

    while True:
        c, _ = s.accept()
        threading.Thread(target=answer, args=(c,), daemon=True).start()


def ask(host, port, log):
    c = socket.create_connection((host, port), timeout=5)
    c.settimeout(None)

    def read():
        with open(log, "a", buffering=1) as out:
            while data := c.recv(4096):
                for n in data.split():
                    out.write(f"{time.time():.6f} {int(n)}\n")

    threading.Thread(target=read, daemon=True).start()
    n = 0
    while True:
        n += 1
        c.sendall(b"%d\n" % n)
        time.sleep(0.05)


if sys.argv[1] == "serve":
    serve(int(sys.argv[2]))
else:
    ask(sys.argv[2], int(sys.argv[3]), sys.argv[4])
