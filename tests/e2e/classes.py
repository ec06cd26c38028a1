#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What our own signatures and detectors say of real captures, by class.

classes.py SENSOR DATA [--classes a,b] [--every N] [--rules FILE] [--json FILE] [--lines]

DATA/EXPECTED.tsv names each capture's class. Of a class that holds attacks a capture is found (an
alert), only a finding, or missed; of a benign class it is silent, has a finding, or is accused (an
alert: false). --lines says of each capture what was said. Exit status: 0; the table is for people.
"""
import argparse
import collections
import concurrent.futures
import json
import os
import pathlib
import subprocess
import tempfile

ap = argparse.ArgumentParser()
ap.add_argument("sensor")
ap.add_argument("data", type=pathlib.Path)
ap.add_argument("--classes")
ap.add_argument("--every", type=int, default=1)
ap.add_argument("--rules", default=None, help="none, or a file; our signatures unless it is given")
ap.add_argument("--json")
ap.add_argument("--lines", action="store_true")
args = ap.parse_args()

ATTACKS = {"lateral", "credaccess", "bruteforce", "scan", "injection", "discovery", "malware", "c2",
           "ransomware", "tunnel", "exploit"}
BENIGN = {"benign", "benign-protocol", "benign-ics", "benign-policy"}


def said(path):
    """[(tier, signature_id, signature, src, dest, subject)] in order, each once"""
    with tempfile.TemporaryDirectory() as out:
        argv = [args.sensor, "-r", str(path), "-l", out]
        if args.rules:
            argv += ["-S", args.rules]
        done = subprocess.run(argv, capture_output=True, timeout=600)
        eve, seen = pathlib.Path(out) / "eve.json", {}
        if not eve.exists():
            return [("failed", 0, done.stderr.decode(errors="replace").strip()[-100:], "", "", "")]
        for line in open(eve, encoding="utf-8"):
            e = json.loads(line)
            if e["event_type"] in ("alert", "finding"):
                a = e["alert"]
                key = (e["event_type"], a["signature_id"], a["signature"], e["src_ip"], e["dest_ip"])
                seen.setdefault(key, e.get("summary", ""))
        return [(*k, v) for k, v in seen.items()]


rows = [line.rstrip("\n").split("\t") for line in
        open(args.data / "EXPECTED.tsv", encoding="utf-8", errors="replace")][1:]
rows = [r for r in rows if not args.classes or r[6] in args.classes.split(",")][::args.every]
with concurrent.futures.ThreadPoolExecutor(len(os.sched_getaffinity(0))) as pool:
    results = list(pool.map(lambda r: said(args.data / r[1]), rows))

table = collections.defaultdict(collections.Counter)
out = []
for row, result in zip(rows, results):
    tiers = {r[0] for r in result}
    verdict = ("alert" if "alert" in tiers else "finding" if "finding" in tiers else
               "failed" if "failed" in tiers else "silent")
    table[row[6]][verdict] += 1
    out.append({"class": row[6], "path": row[1], "expected": row[7], "verdict": verdict,
                "said": [list(r) for r in result]})
    if args.lines:
        print(f"{row[6]}\t{verdict}\t{row[1]}")
        for tier, sid, text, src, dest, subject in result[:12]:
            print(f"\t{tier} {sid} {src} > {dest} {text} | {subject}")
print(f"{'class':18}{'captures':>9}{'alert':>8}{'finding':>9}{'silent':>8}{'failed':>8}")
for name in sorted(table):
    t = table[name]
    note = "" if name in ATTACKS else "  alert: false" if name in BENIGN else "  (not judged)"
    print(f"{name:18}{sum(t.values()):9}{t['alert']:8}{t['finding']:9}{t['silent']:8}{t['failed']:8}{note}")
if args.json:
    pathlib.Path(args.json).write_text(json.dumps(out, indent=1))
