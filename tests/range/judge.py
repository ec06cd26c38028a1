#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""judge.py SENSOR DIRECTORY [--json FILE] [ITEM…]: what the sensor says of each recording, against the truth.

What an item must be said of stands in its header (items/NAME.sh):
    must: alert DETECTOR[,DETECTOR]     an alert of one of them that accuses the item's `from`
    must: finding DETECTOR[,…]          at least a finding
    must: nothing                       ordinary work: no alert of anything, findings are no matter
    must-sealed: …                      the same for the recording under SMB3 encryption; "unseen": the wire
                                        does not show it, whatever is said is well
Verdicts: found · finding (an alert was wanted) · missed · wrong (somebody else is accused at alert tier) ·
quiet (ordinary, no alert) · false (ordinary, an alert) · unseen. Exit 0 unless finding, missed, wrong, false."""
import argparse
import collections
import json
import pathlib
import re
import subprocess
import sys
import tempfile

here = pathlib.Path(__file__).resolve().parent


def header(item, sealed):
    text = (here / "items" / f"{item}.sh").read_text(encoding="utf-8")
    fields = dict(re.findall(r"^# ([a-z-]+): (.*)$", text, re.M))
    must = fields.get("must-sealed", fields["must"]) if sealed else fields["must"]
    tier, _, names = must.partition(" ")
    return tier, {n for n in names.split(",") if n}


def said(sensor, pcap):
    """Counter of (tier, detector or sid, accused)."""
    with tempfile.TemporaryDirectory() as tmp:
        done = subprocess.run([sensor, "-r", str(pcap), "-S", "none", "-l", tmp], capture_output=True, text=True,
                              timeout=300)
        if done.returncode != 0:
            sys.exit(f"{pcap}: the sensor failed: {done.stderr[-1000:]}")
        out = collections.Counter()
        with open(pathlib.Path(tmp, "eve.json"), encoding="utf-8") as lines:
            for line in lines:
                e = json.loads(line)
                if e["event_type"] in ("alert", "finding"):
                    what = e.get("detector") or str(e["alert"]["signature_id"])
                    out[e["event_type"], what, e.get("subject_ip", e["src_ip"])] += 1
        return out


def verdict(tier, names, source, got):
    alerts = [(what, who) for t, what, who in got if t == "alert"]
    right = {t for t, what, who in got if who == source and what in names}
    if tier == "unseen":
        return "unseen"
    if tier == "nothing":
        return "false" if alerts else "quiet"
    if any(who != source for _, who in alerts):
        return "wrong"
    if "alert" in right or (tier == "finding" and right):
        return "found"
    return "finding" if right else "missed"


p = argparse.ArgumentParser()
p.add_argument("sensor")
p.add_argument("directory", type=pathlib.Path)
p.add_argument("--json", type=pathlib.Path)
p.add_argument("items", nargs="*")
a = p.parse_args()

rows, seen = [], {}
for line in open(a.directory / "truth.jsonl", encoding="utf-8"):
    t = json.loads(line)
    seen[t["item"]] = t  # recorded again: the last counts
for name, t in sorted(seen.items()):
    item = name.removesuffix("-sealed")
    pcap = a.directory / f"{name}.pcap"
    if (a.items and item not in a.items) or not (here / "items" / f"{item}.sh").exists():
        continue
    if t["outcome"] == "broken" or not pcap.exists():
        rows.append((name, t["technique"], t["outcome"], "broken", ""))
        continue
    tier, names = header(item, name != item)
    got = said(a.sensor, pcap)
    words = " ".join(f"{what}:{who}" + ("" if kind == "alert" else "(finding)") for kind, what, who in sorted(got))
    rows.append((name, t["technique"], t["outcome"], verdict(tier, names, t["source"], got), words))

print(f"{'item':28} {'technique':10} {'outcome':9} {'verdict':8} said")
for name, technique, outcome, v, words in rows:
    print(f"{name:28} {technique:10} {outcome:9} {v:8} {words}")
count = collections.Counter(r[3] for r in rows)
print(", ".join(f"{n} {v}" for v, n in sorted(count.items())) or "nothing to judge")
if a.json:
    a.json.write_text(json.dumps([dict(zip(("item", "technique", "outcome", "verdict", "said"), r)) for r in rows],
                                 indent=1) + "\n", encoding="utf-8")
sys.exit(not rows or any(count[v] for v in ("finding", "missed", "wrong", "false", "broken")))
