#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""split.py SENSOR: every golden case with rules, each of its TCP segments cut in two at every byte (at
most CUTS a case, evenly): the same alerts must come, whatever the cut. Left out are cases about packets: by
their rules (dsize, flags), or because they say so in a file no-split, with the reason."""
import json
import pathlib
import struct
import subprocess
import sys
import tempfile

here = pathlib.Path(__file__).resolve().parent
sensor = sys.argv[1]
CUTS = int(sys.argv[2]) if len(sys.argv) > 2 else 60


def read(path):
    data = path.read_bytes()
    at, out = 24, []
    while at + 16 <= len(data):
        sec, usec, n, _ = struct.unpack_from("<IIII", data, at)
        out.append((sec, usec, data[at + 16:at + 16 + n]))
        at += 16 + n
    return data[:24], out


def payload(frame):
    """Offsets of the IPv4 header, the TCP header and the payload's begin and end; or None."""
    at = 12
    while frame[at:at + 2] in (b"\x81\x00", b"\x88\xa8"):
        at += 4
    if frame[at:at + 2] != b"\x08\x00":
        return None
    ip = at + 2
    l4 = ip + (frame[ip] & 15) * 4
    end = ip + struct.unpack_from("!H", frame, ip + 2)[0]
    if frame[ip + 9] != 6 or struct.unpack_from("!H", frame, ip + 6)[0] & 0x3FFF or end > len(frame):
        return None
    begin = l4 + (frame[l4 + 12] >> 4) * 4
    return (ip, l4, begin, end) if end - begin >= 2 else None


def halves(frame, where, cut):
    ip, l4, begin, end = where
    out = []
    for a, b in ((begin, begin + cut), (begin + cut, end)):
        f = bytearray(frame[:begin] + frame[a:b])
        struct.pack_into("!H", f, ip + 2, len(f) - ip)
        seq = struct.unpack_from("!I", frame, l4 + 4)[0]
        struct.pack_into("!I", f, l4 + 4, (seq + a - begin) & 0xFFFFFFFF)
        out.append(bytes(f).ljust(60, b"\0"))
    return out


def alerts(case, path):
    argv = [sensor, "-r", str(path), "-S", str(case / "test.rules")]
    if (case / "args").exists():
        argv += (case / "args").read_text().split()
    done = subprocess.run(argv, capture_output=True, text=True, timeout=60)
    if done.returncode != 0:
        raise SystemExit(f"{case.name}: exit {done.returncode}: {done.stderr[-1000:]}")
    rows = []
    for line in done.stdout.splitlines():
        e = json.loads(line)
        rows.append((e["alert"]["gid"], e["alert"]["signature_id"], e["src_ip"], e["dest_ip"]))
    return sorted(rows)


bad = runs = 0
for case in sorted(p.parent for p in here.glob("*/test.rules")):
    if "dsize" in (case / "test.rules").read_text() or "flags" in (case / "test.rules").read_text():
        continue  # about packets, not streams
    if (case / "no-split").exists():
        print(f"left out: {case.name}: {(case / 'no-split').read_text().strip()}")
        continue
    head, frames = read(case / "input.pcap")
    places = [(i, cut) for i, (_, _, f) in enumerate(frames) if (w := payload(f))
              for cut in range(1, w[3] - w[2])]
    # Those of one signature are many and alike: fewer cuts of each.
    step = max(1, len(places) // (CUTS // 6 if case.name.startswith("sig-") else CUTS))
    want = alerts(case, case / "input.pcap")
    with tempfile.TemporaryDirectory() as tmp:
        path = pathlib.Path(tmp, "cut.pcap")
        for i, cut in places[::step]:
            out = [head]
            for n, (sec, usec, f) in enumerate(frames):
                for part in halves(f, payload(f), cut) if n == i else [f]:
                    out.append(struct.pack("<IIII", sec, usec, len(part), len(part)) + part)
            path.write_bytes(b"".join(out))
            runs += 1
            got = alerts(case, path)
            if got != want:
                bad += 1
                print(f"FAILED {case.name}: frame {i + 1} cut at byte {cut}: {got}, not {want}")
print(f"{runs} cuts, {bad} failed")
sys.exit(bad != 0 or runs == 0)
