#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs the sensor over every real capture beside the project and holds its promises there.

captures.py SENSOR DATA [--classes a,b] [--every N] [--scan]

Promises: exit 0 (or 1 with a sentence, for a capture that breaks off or is no capture), no crash, no
hang, no sanitizer report; eve.json of 1, 2 and 4 workers the same to the byte. Prints alerts by
class and detector. --scan also holds the scan promises: classes benign, benign-protocol and
benign-ics give no alert of the scan detector.
"""
import argparse
import collections
import concurrent.futures
import json
import pathlib
import subprocess
import sys
import tempfile

ap = argparse.ArgumentParser()
ap.add_argument("sensor")
ap.add_argument("data", type=pathlib.Path)
ap.add_argument("--classes")
ap.add_argument("--every", type=int, default=1)
ap.add_argument("--scan", action="store_true")
ap.add_argument("--rules")
ap.add_argument("--verbose", action="store_true")
args = ap.parse_args()
QUIET = {"benign", "benign-protocol", "benign-ics"}


def once(path, workers, out):
    out.mkdir()
    argv = [args.sensor, "-r", str(path), "-l", str(out), "--set", f"workers={workers}"]
    if args.rules:
        argv += ["-S", args.rules]
    done = subprocess.run(argv, capture_output=True, timeout=300)
    text = done.stderr.decode(errors="replace")
    if done.returncode not in (0, 1) or "Sanitizer" in text or "runtime error" in text:
        return f"exit {done.returncode}: {text[-1500:]}", b""
    eve = out / "eve.json"
    if done.returncode == 1 and "vigie-sensor:" not in text:
        return "exit 1 without a word", b""
    return None, eve.read_bytes() if eve.exists() else b""


def capture(row):
    path = args.data / row[1]
    with tempfile.TemporaryDirectory() as tmp:
        eves = []
        for workers in (1, 2, 4):
            try:
                why, eve = once(path, workers, pathlib.Path(tmp, str(workers)))
            except subprocess.TimeoutExpired:
                why, eve = "hung for 300 s", b""
            if why:
                return row, f"{workers} workers: {why}", b""
            eves.append(eve)
    if eves[0] != eves[1] or eves[0] != eves[2]:
        return row, "1, 2 and 4 workers differ", eves[0]
    return row, None, eves[0]


rows = [line.rstrip("\n").split("\t") for line in open(args.data / "EXPECTED.tsv")][1:]
rows = [r for r in rows if not args.classes or r[6] in args.classes.split(",")][::args.every]
bad = 0
events = collections.Counter()
with concurrent.futures.ThreadPoolExecutor(2) as pool:
    for row, why, eve in pool.map(capture, rows):
        noisy = []
        for line in eve.decode().splitlines():
            e = json.loads(line)
            if e["event_type"] not in ("alert", "finding"):
                continue
            what = e.get("detector") or str(e["alert"]["signature_id"])
            events[row[6], e["event_type"], what] += 1
            if args.verbose:
                print("      ", row[1], e["event_type"], what, e["src_ip"], e["dest_ip"],
                      e["alert"]["signature"], e.get("summary", ""))
            if args.scan and e["event_type"] == "alert" and what == "scan" and row[6] in QUIET:
                noisy.append(line)
        if noisy:
            why = (why or "") + " scan alert in a quiet class: " + noisy[0][:600]
        if why:
            bad += 1
            print("FAILED", row[1], why, flush=True)
for key, n in sorted(events.items()):
    print(*key, n)
print(f"{len(rows)} captures, {bad} failed")
sys.exit(bad != 0)
