#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""work.py NAME HOST USER PASSWORD SHARE DIRECTORY: what programs do to files of a share that no Debian client does by
itself (there is no cifs in this kernel): the calls of a git checkout, a database file, a roaming profile, a scanner,
a tagger of photographs, an archiver, a converter; and of a wiper, which is no work.

The order of calls is that of git's objects and index and of SQLite's rollback journal as their documentation has it,
the rest the plainest there is. Only inside a network namespace of the range."""
import io
import os
import random
import subprocess
import sys
import zipfile
import zlib

from impacket.smb3structs import FILE_OVERWRITE_IF
from impacket.smbconnection import SMBConnection

if not subprocess.run(["ip", "netns", "identify", str(os.getpid())], capture_output=True, text=True).stdout.strip():
    sys.exit("not in a namespace of the range")
name, host, user, password, share, directory = sys.argv[1:7]
r = random.Random(11)
c = SMBConnection(host, host)
c.login(user, password, "CORP")
tree = c.connectTree(share)


def listed():
    return sorted(f.get_longname() for f in c.listPath(share, directory + "\\*") if not f.is_directory())


def read(path, most=None):
    f = c.openFile(tree, path)
    size = c.queryInfo(tree, f)["EndOfFile"]
    data = b""
    while len(data) < min(size, most or size):
        data += c.readFile(tree, f, len(data), min(32768, (most or size) - len(data)))
    c.closeFile(tree, f)
    return data


def write(path, data):
    f = c.createFile(tree, path, creationDisposition=FILE_OVERWRITE_IF)
    for at in range(0, len(data), 32768):
        c.writeFile(tree, f, data[at:at + 32768], at)
    c.closeFile(tree, f)


def git():
    """Objects under a temporary name renamed to their hash, an index by way of index.lock, then the files."""
    base = directory + "\\repo"
    for d in ("", "\\.git", "\\.git\\objects", "\\src"):
        c.createDirectory(share, base + d)
    for n in range(80):
        text = b"int f%d(void) { return %d; }\n" % (n, n) * r.randrange(10, 200)
        folder = f"{base}\\.git\\objects\\{n % 16:02x}"
        if n < 16:
            c.createDirectory(share, folder)
        temporary = f"{folder}\\tmp_obj_{r.getrandbits(36):x}"
        write(temporary, zlib.compress(b"blob\0" + text))
        c.rename(share, temporary, f"{folder}\\{r.getrandbits(152):038x}")
        write(f"{base}\\src\\f{n}.c", text)
    for _ in range(5):
        write(base + "\\.git\\index.lock", r.randbytes(9000))
        if _:
            c.deleteFile(share, base + "\\.git\\index")
        c.rename(share, base + "\\.git\\index.lock", base + "\\.git\\index")
    for n in range(40):  # another branch: the files change in place
        read(f"{base}\\src\\f{n}.c")
        write(f"{base}\\src\\f{n}.c", b"int g%d(void) { return %d; }\n" % (n, n) * r.randrange(10, 200))


def database():
    """Forty transactions on one file: a journal of the old pages, pages changed in place, the journal deleted."""
    path = directory + "\\orders.db"
    write(path, b"".join(b"page %6d " % n * 315 for n in range(200)))
    f = c.openFile(tree, path)
    for _ in range(40):
        pages = r.sample(range(200), 4)
        write(path + "-journal", b"".join(c.readFile(tree, f, n * 4096, 4096) for n in pages))
        for n in pages:
            c.writeFile(tree, f, r.randbytes(600) + b"row " * 874, n * 4096)
        c.deleteFile(share, path + "-journal")
    c.closeFile(tree, f)


def profile():
    """A desktop logs off: what changed goes up, over what was there, caches and databases among it."""
    for d in ("", "\\AppData", "\\Documents"):
        c.createDirectory(share, directory + "\\profile" + d)
    for turn in range(2):
        for n in range(60):
            path = f"{directory}\\profile\\AppData\\cache{n}.dat"
            data = r.randbytes(5000) if n % 3 else b"setting = %d\n" % n * 200
            if turn:
                read(path)
            write(path, data)
        write(directory + "\\profile\\NTUSER.DAT", b"regf" + r.randbytes(60000))


def scan():
    """A virus scanner: the first 64 kB of every file, nothing written."""
    for f in listed():
        read(directory + "\\" + f, 65536)


def tags():
    """A tagger: the head of each photograph read and written back, its length kept."""
    for n in range(60):
        write(f"{directory}\\photo{n:02}.jpg", b"\xff\xd8\xff\xe1" + b"\0" * 2000 + r.randbytes(30000))
    for n in range(60):
        f = c.openFile(tree, f"{directory}\\photo{n:02}.jpg")
        head = c.readFile(tree, f, 0, 4096)
        c.writeFile(tree, f, head[:100] + b"rating=%d stars, by the sea" % (n % 6) + head[127:], 0)
        c.closeFile(tree, f)


def archive():
    """Moved into an archive: all files read, one written, the files deleted."""
    data = b"PK\3\4" + b"".join(zlib.compress(read(directory + "\\" + f)) for f in listed())
    names = listed()
    write(directory + "\\old.zip", data)
    for f in names:
        c.deleteFile(share, directory + "\\" + f)


def convert():
    """Each document written anew as another kind, the old one kept."""
    for f in listed():
        write(f"{directory}\\{f}.pdf", b"%PDF-1.5\n" + zlib.compress(read(directory + "\\" + f)))


def compress():
    """gzip of each log, which deletes the log."""
    for f in listed():
        write(f"{directory}\\{f}.gz", b"\x1f\x8b\x08\0" + zlib.compress(read(directory + "\\" + f)))
        c.deleteFile(share, directory + "\\" + f)


def photos():
    """Photographs of a camera renamed by their dates, the kind kept."""
    for n in range(60):
        write(f"{directory}\\DSC{n:05}.JPG", b"\xff\xd8\xff\xe1" + r.randbytes(6000))
    for n in range(60):
        c.rename(share, f"{directory}\\DSC{n:05}.JPG", f"{directory}\\2026-11-30 {n:03}.JPG")


def unzip():
    """An archive of the share unpacked beside itself, folder by folder."""
    path = directory + "\\big.zip"
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as z:
        for n in range(60):
            z.writestr(f"part{n % 4}/page{n:02}.txt", b"line %d of the report\n" % n * r.randrange(100, 1500))
    write(path, whole.getvalue())
    with zipfile.ZipFile(io.BytesIO(read(path))) as z:
        for d in range(4):
            c.createDirectory(share, f"{directory}\\part{d}")
        for n in z.namelist():
            write(directory + "\\" + n.replace("/", "\\"), z.read(n))


def video():
    """Clips imported, small copies of them made to cut with, the project saved beside and renamed over, the film rendered,
    and its index moved to the front: all of it read and written anew in place."""
    for n in range(8):
        write(f"{directory}\\clip{n}.mp4", b"\0\0\0\x18ftypmp42" + r.randbytes(400_000 + 999 * n))
        write(f"{directory}\\clip{n}.proxy.mp4", read(f"{directory}\\clip{n}.mp4")[:40_000 + 7 * n])
    for turn in range(10):
        write(directory + "\\film.prproj.tmp", b"\x1f\x8b\x08\0" + zlib.compress(b"<clip at='%d'/>" % turn * 3000 + r.randbytes(2000)))
        if turn:
            c.deleteFile(share, directory + "\\film.prproj")
        c.rename(share, directory + "\\film.prproj.tmp", directory + "\\film.prproj")
    film = b"\0\0\0\x18ftypmp42" + b"".join(read(f"{directory}\\clip{n}.mp4", 200_000) for n in range(8)) + b"moov" + r.randbytes(9000)
    write(directory + "\\film.mp4", film)
    f = c.openFile(tree, directory + "\\film.mp4")
    for at in range(0, len(film), 32768):
        c.readFile(tree, f, at, min(32768, len(film) - at))
        c.writeFile(tree, f, (film[:32] + film[-9004:] + film[32:])[at:at + 32768], at)
    c.closeFile(tree, f)


def photo(n):
    return b"\xff\xd8\xff\xe1" + b"\0" * 2000 + r.randbytes(20000 + 131 * n)


def copyright_anew():
    """exiftool's way: each photograph written anew with a line more under a name of its own, then put in the old one's place."""
    for n in range(60):
        write(f"{directory}\\img{n:02}.jpg", photo(n))
    for n in range(60):
        path = f"{directory}\\img{n:02}.jpg"
        data = read(path)
        write(path + "_exiftool_tmp", data[:20] + b"Copyright 2026 of this office" + data[20:])
        c.deleteFile(share, path)
        c.rename(share, path + "_exiftool_tmp", path)


def copyright_in_place():
    """exiv2's way: each photograph read, closed, and written over, a line longer."""
    for n in range(60):
        write(f"{directory}\\img{n:02}.jpg", photo(n))
    for n in range(60):
        path = f"{directory}\\img{n:02}.jpg"
        data = read(path)
        write(path, data[:20] + b"Copyright 2026 of this office" + data[20:])


def container():
    """A container of an encrypted file system, used: pages of noise read and written over with other noise."""
    path = directory + "\\safe.hc"
    write(path, r.randbytes(3_000_000))
    f = c.openFile(tree, path)
    for _ in range(150):
        at = r.randrange(700) * 4096
        for k in range(r.randrange(1, 4)):
            c.readFile(tree, f, at + k * 4096, 4096)
            c.writeFile(tree, f, r.randbytes(4096), at + k * 4096)
    c.closeFile(tree, f)


def office():
    """Thirty documents opened and saved: an owner's file beside each, the new one under a name of its own, the old one
    kept aside, renamed over, deleted."""
    for f in listed():
        path = f"{directory}\\{f}"
        data = read(path)
        write(f"{directory}\\~${f[2:]}", b"\x05carol" + b" " * 156)
        temporary, aside = f"{directory}\\{r.getrandbits(32):08X}.tmp", f"{directory}\\{r.getrandbits(32):08X}.tmp"
        write(temporary, b"PK\3\4" + zlib.compress(data + b"one more line"))
        c.rename(share, path, aside)
        c.rename(share, temporary, path)
        c.deleteFile(share, aside)
        c.deleteFile(share, f"{directory}\\~${f[2:]}")


def rename_all():
    """A script of a user gives every file of a finished project its number as an ending."""
    for f in listed():
        c.rename(share, f"{directory}\\{f}", f"{directory}\\{f}.p4711")


def wipe():
    for f in listed():
        path = directory + "\\" + f
        h = c.openFile(tree, path)
        c.writeFile(tree, h, b"\0" * c.queryInfo(tree, h)["EndOfFile"], 0)
        c.closeFile(tree, h)
        c.deleteFile(share, path)


globals()[name]()
print(name, "done")
