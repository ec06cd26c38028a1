#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The doctor names the defect of a capture, and no other.

doctor.py SENSOR [--keep DIR]

One office's traffic, faithful to the last checksum, is written once as it is and once with each
defect a mirror port may have. `vigie-sensor doctor -r … --json` must give exactly the findings that
stand beside the defect.
"""
import argparse
import json
import pathlib
import random
import struct
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "golden"))
from craft import ACK, FIN, PSH, SYN, Capture, arp, faithful, ip, ip_at, ipsum, tcp, udp  # noqa: E402

ap = argparse.ArgumentParser()
ap.add_argument("sensor")
ap.add_argument("--keep")
args = ap.parse_args()
MSS = struct.pack("!BBH", 2, 4, 1460)
CLIENTS = [f"10.1.0.{n}" for n in range(20, 26)]
SERVERS = ["10.1.0.9", "10.2.0.9", "203.0.113.80"]
CASES = {}


def case(*expected):
    def take(make):
        CASES[make.__name__] = (make, set(expected))
        return make
    return take


def download(c, t, client, server, port, segments, sport):
    """A handshake with MSS, a request, an answer of many whole segments, each second one
    acknowledged; times as on a LAN."""
    cseq, sseq = sport * 7919, sport * 104729
    c.add(t, tcp(client, server, sport, port, SYN, cseq, options=MSS))
    c.add(t + .0005, tcp(server, client, port, sport, SYN | ACK, sseq, cseq + 1, options=MSS))
    c.add(t + .001, tcp(client, server, sport, port, ACK, cseq + 1, sseq + 1))
    c.add(t + .002, tcp(client, server, sport, port, ACK | PSH, cseq + 1, sseq + 1, b"q" * 200))
    cseq, sseq, t = cseq + 201, sseq + 1, t + .01
    for i in range(segments):
        c.add(t + i * .0002, tcp(server, client, port, sport, ACK, sseq, cseq, bytes([i]) * 1460))
        sseq += 1460
        if i % 2:
            c.add(t + i * .0002 + .0001, tcp(client, server, sport, port, ACK, cseq, sseq))
    t += segments * .0002 + .01
    c.add(t, tcp(client, server, sport, port, FIN | ACK, cseq, sseq))
    c.add(t + .001, tcp(server, client, port, sport, FIN | ACK, sseq, cseq + 1))
    c.add(t + .002, tcp(client, server, sport, port, ACK, cseq + 1, sseq + 1))


def office():
    c = Capture()
    for i in range(90):
        client = CLIENTS[i % len(CLIENTS)]
        t = 1 + i * .33
        c.add(t - .01, udp(client, "10.1.0.2", 40000 + i, 53, b"\x00\x01\x01\x00\x00\x01" + bytes(20)))
        c.add(t - .008, udp("10.1.0.2", client, 53, 40000 + i, b"\x00\x01\x81\x80" + bytes(80)))
        download(c, t, client, SERVERS[i % len(SERVERS)], 445 if i % 2 else 80, 20, 50000 + i)
    for i in range(20):
        c.add(2 + i, arp(1, CLIENTS[i % 6], "10.1.0.1"))
    for n, (t, k, frame) in enumerate(c.frames):
        c.frames[n] = (t, k, faithful(frame, n % 60000 + 1))
    c.frames.sort()
    return c


def source(frame):
    at, version = ip_at(frame)
    return ".".join(str(b) for b in frame[at + 12:at + 16]) if version == 4 else ""


def keep(c, wanted):
    c.frames = [f for f in c.frames if wanted(f[2])]
    return c


def change(c, wanted, how):
    c.frames = [(t, n, how(f)) if wanted(f) else (t, n, f) for t, n, f in c.frames]
    return c


@case()
def clean():
    return office()


@case("one_way")
def one_way():
    return keep(office(), lambda f: source(f) not in SERVERS)


@case("one_way")
def one_way_of_one_server():
    """A server in a subnet that is otherwise heard."""
    return keep(office(), lambda f: source(f) != "10.1.0.9")


@case("silent_subnet")
def silent_subnet():
    return keep(office(), lambda f: not source(f).startswith("10.2.0."))


def copy_of(frame):
    """Beyond a router: other MACs, a TTL less, the IP checksum made good."""
    out = bytearray(frame)
    at, version = ip_at(frame)
    out[0:12] = bytes.fromhex("020000000001020000000002")
    if version == 4:
        out[at + 8] -= 1
        out[at + 10:at + 12] = b"\0\0"
        out[at + 10:at + 12] = struct.pack("!H", ipsum(bytes(out[at:at + 20])))
    return bytes(out)


def twice(how):
    c = office()
    c.frames += [(t + .0003, n + 100000, how(f)) for t, n, f in c.frames[::3] if ip_at(f)[1]]
    return c


@case("duplicates")
def duplicated():
    return twice(copy_of)


@case("duplicates")
def duplicated_to_the_byte():
    return twice(bytes)


def tag(vlan):
    return lambda f: f[:12] + struct.pack("!HH", 0x8100, vlan) + f[12:]


@case("duplicates")
def duplicated_with_a_tag():
    return twice(tag(10))


@case("vlan_one_side")
def vlan_one_side():
    return change(office(), lambda f: source(f) in CLIENTS, tag(10))


@case("vlan_differs")
def vlan_differs():
    c = change(office(), lambda f: source(f) in CLIENTS, tag(10))
    return change(c, lambda f: source(f) in SERVERS, tag(20))


@case()
def vlan_everywhere():
    return change(office(), lambda f: True, tag(10))


@case("cut")
def truncated():
    c = office()
    c.snaplen = 96
    return c


@case("cut")
def truncated_by_the_switch():
    """The switch slices frames before it mirrors them: the capture believes they are whole."""
    return change(office(), lambda f: len(f) > 128, lambda f: f[:128])


def glue(c):
    """Segments of 1460 bytes, three in one frame, as GRO hands them up: the checksum is the
    first one's. One conversation at a time, as the office's do not overlap."""
    out, waiting = [], []

    def flush():
        if waiting:
            t, n, f = waiting[0]
            frame = f + b"".join(g[54:] for _, _, g in waiting[1:])
            head = bytearray(frame)
            head[16:18] = struct.pack("!H", len(frame) - 14)
            head[24:26] = b"\0\0"
            head[24:26] = struct.pack("!H", ipsum(bytes(head[14:34])))
            out.append((t, n, bytes(head)))
            waiting.clear()

    for t, n, f in c.frames:
        if len(f) != 1514:
            if waiting and source(f) == source(waiting[0][2]):
                flush()
            out.append((t, n, f))
            continue
        waiting.append((t, n, f))
        if len(waiting) == 3:
            flush()
    flush()
    c.frames = out
    return c


def empty(frame):
    """The sum of the pseudo-header alone, as a Linux sender leaves it for its card."""
    at, version = ip_at(frame)
    if version != 4 or frame[at + 9] not in (6, 17):
        return frame
    out = bytearray(frame)
    length = struct.unpack("!H", frame[at + 2:at + 4])[0] - 20
    where = at + 20 + (16 if frame[at + 9] == 6 else 6)
    pseudo = frame[at + 12:at + 20] + struct.pack("!HH", frame[at + 9], length)
    out[where:where + 2] = struct.pack("!H", ~ipsum(pseudo) & 0xFFFF)
    return bytes(out)


@case("offload_frames")
def glued():
    return glue(office())


@case("checksums")
def no_checksums():
    return change(office(), lambda f: source(f) in CLIENTS, empty)


@case("offload_frames", "checksums")
def offloaded():
    return change(glue(office()), lambda f: source(f) in CLIENTS, empty)


def step(seconds):
    c = office()
    half = len(c.frames) // 2
    c.frames = [(t + (seconds if i >= half else 0), i, f) for i, (t, _, f) in enumerate(c.frames)]
    c.in_order = False
    return c


@case("clock")
def clock_stepped_forward():
    return step(7200)


@case("clock")
def clock_stepped_back():
    return step(-12)


@case("loss")
def three_percent_lost():
    r = random.Random(3)
    return keep(office(), lambda f: r.random() >= .03)


@case("loss")
def lost_in_bursts():
    c = office()
    c.frames = [f for i, f in enumerate(c.frames) if i % 400 > 11]
    return c


@case()
def lost_by_the_network_and_repeated():
    """What the network loses, its hosts repeat: that is no loss of the mirror."""
    r = random.Random(4)
    c = office()
    late = []
    for i, (t, n, f) in enumerate(c.frames):
        if len(f) == 1514 and r.random() < .03:
            out = faithful(f, 60001 + i % 5000)
            c.frames[i] = (t + .0031, n, out)
            late.append(i)
    assert late
    return c


@case("jumbo")
def jumbo():
    c = office()
    big = struct.pack("!BBH", 2, 4, 8960)
    for i in range(5):
        t, port = 3 + i, 60000 + i
        c.add(t, faithful(tcp(CLIENTS[0], "10.1.0.9", port, 445, SYN, 1, options=big), 61000 + i))
        c.add(t + .001, faithful(tcp("10.1.0.9", CLIENTS[0], 445, port, SYN | ACK, 1, 2, options=big),
                                 61100 + i))
        for k in range(3):
            c.add(t + .002 + k * .001, faithful(tcp(CLIENTS[0], "10.1.0.9", port, 445, ACK | PSH,
                                                    2 + k * 8960, 2, b"j" * 8960), 61200 + 3 * i + k))
    return c


@case("fragments")
def fragments():
    c = office()
    for i in range(200):
        for off, more in ((0, 0x2000), (185, 0)):
            c.add(2 + i * .1, ip(CLIENTS[1], "10.1.0.9", 17, b"f" * (1480 if more else 300),
                                 ident=62000 + i, flags=more + off))
    return c


def write(c, path):
    """Like Capture.write(), but frames stay as they are, and in their order where time steps."""
    frames = sorted(c.frames, key=lambda f: f[:2]) if getattr(c, "in_order", True) else c.frames
    with open(path, "wb") as f:
        f.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1))
        for t, _, frame in frames:
            sec, micro = divmod(round((1_767_225_600 + t) * 1e6), 1_000_000)
            cut = frame[:c.snaplen]
            f.write(struct.pack("<IIII", sec, micro, len(cut), len(frame)) + cut)


def look(path):
    done = subprocess.run([args.sensor, "doctor", "-r", str(path), "--json"], capture_output=True,
                          timeout=120)
    text = done.stderr.decode(errors="replace")
    if done.returncode not in (0, 3) or "Sanitizer" in text or "runtime error" in text:
        raise SystemExit(f"{path.name}: exit {done.returncode}: {text}")
    told = json.loads(done.stdout)
    if (done.returncode == 3) != (told["problems"] > 0):
        raise SystemExit(f"{path.name}: exit {done.returncode} with {told['problems']} problems")
    for check in told["checks"]:
        if check["grade"] in ("problem", "note") and not check.get("change"):
            raise SystemExit(f"{path.name}: {check['check']} does not say what to change")
    return told


bad = 0
with tempfile.TemporaryDirectory() as tmp:
    where = pathlib.Path(args.keep or tmp)
    for name, (make, expected) in CASES.items():
        path = where / f"{name}.pcap"
        write(make(), path)
        told = look(path)
        found = {c["check"]: c["text"] for c in told["checks"] if c["grade"] in ("problem", "note")}
        good = set(found) == expected
        bad += not good
        print(f"{'ok    ' if good else 'FAILED'} {name}: {', '.join(found) or 'nothing'}"
              + ("" if good else f"; expected {expected or 'nothing'}"))
        if not good:
            for word, text in found.items():
                print(f"       {word}: {text}")
    # In plain words, too: the clean one says so, another says what to change.
    for name, words in (("clean", "nothing is wrong"), ("one_way", "mirror both directions")):
        text = subprocess.run([args.sensor, "doctor", "-r", str(where / f"{name}.pcap")],
                              capture_output=True).stdout.decode()
        if words not in text:
            bad += 1
            print(f"FAILED {name}: the text does not say '{words}'")
print(f"{len(CASES)} captures, {bad} wrong")
sys.exit(1 if bad else 0)
