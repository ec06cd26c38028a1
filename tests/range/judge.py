#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""judge.py SENSOR DIRECTORY [--json FILE] [--table FILE] [ITEM…]: what the sensor says of each recording, against the truth.

What an item must be said of stands in its header (items/NAME.sh):
    must: alert DETECTOR[,DETECTOR]     an alert of one of them that accuses the item's `from`
    must: finding DETECTOR[,…]          at least a finding
    accused: ws1,ws2                    who else may be accused than `from` (a pivot does what its master wants)
                                        (a number: of that signature; then signatures/*.rules are loaded)
    must: nothing                       ordinary work: no alert of anything, signatures included; findings are no matter
    must-sealed: …                      the same for the recording under SMB3 encryption; "unseen": the wire
                                        does not show it, whatever is said is well
Verdicts: found · finding (an alert was wanted) · missed · wrong (somebody else is accused at alert tier) ·
quiet (ordinary, no alert) · false (ordinary, an alert) · unseen. Exit 0 unless finding, missed, wrong, false."""
import argparse
import collections
import datetime
import json
import pathlib
import re
import subprocess
import sys
import tempfile

ADDRESS = {"dc1": "10.77.0.10", "fs1": "10.77.0.20", "ws1": "10.77.0.31", "ws2": "10.77.0.32", "lin1": "10.77.0.40",
           "win1": "10.77.0.50", "frx": "10.77.0.99", "gw": "10.77.0.1"}  # net.sh
here = pathlib.Path(__file__).resolve().parent


def header(item, sealed):
    text = (here / "items" / f"{item}.sh").read_text(encoding="utf-8")
    fields = dict(re.findall(r"^# ([a-z-]+): (.*)$", text, re.M))
    must = fields.get("must-sealed", fields["must"]) if sealed else fields["must"]
    tier, _, names = must.partition(" ")
    accused = {ADDRESS[h] for h in fields.get("accused", fields["from"]).split(",")}
    return tier, {n for n in names.split(",") if n}, accused


def said(sensor, pcap, with_rules=False):
    """Counter of (tier, detector or sid, accused), and when each was first said, in seconds since the epoch."""
    with tempfile.TemporaryDirectory() as tmp:
        rules = pathlib.Path(tmp, "all.rules")
        rules.write_text("".join(f.read_text(encoding="utf-8") for f in sorted((here.parent.parent / "signatures").glob("*.rules"))),
                         encoding="utf-8")
        done = subprocess.run([sensor, "-r", str(pcap), "-S", str(rules) if with_rules else "none", "-l", tmp], capture_output=True, text=True,
                              timeout=300)
        if done.returncode != 0:
            sys.exit(f"{pcap}: the sensor failed: {done.stderr[-1000:]}")
        out, first = collections.Counter(), {}
        with open(pathlib.Path(tmp, "eve.json"), encoding="utf-8") as lines:
            for line in lines:
                e = json.loads(line)
                if e["event_type"] in ("alert", "finding"):
                    what = e.get("detector") or str(e["alert"]["signature_id"])
                    key = e["event_type"], what, e.get("subject_ip", e["src_ip"])
                    out[key] += 1
                    when = datetime.datetime.strptime(e["timestamp"], "%Y-%m-%dT%H:%M:%S.%f%z")
                    first.setdefault(key, when.timestamp())
        return out, first


def lost(log, when):
    """Of an item that tells when it lost each file (ransom.py): how many before the alert."""
    times = [float(m) for m in re.findall(r"^(\d+\.\d+) ", log.read_text(errors="replace"), re.M)]
    return f" ({sum(t <= when for t in times)} of {len(times)} files lost before)" if times else ""


def verdict(tier, names, accused, got):
    alerts = [(what, who) for t, what, who in got if t == "alert"]
    right = {t for t, what, who in got if who in accused and what in names}
    if tier == "unseen":
        return "unseen"
    if tier == "nothing":
        return "false" if alerts else "quiet"
    if any(who not in accused for _, who in alerts):
        return "wrong"
    if "alert" in right or (tier == "finding" and right):
        return "found"
    return "finding" if right else "missed"


p = argparse.ArgumentParser()
p.add_argument("sensor")
p.add_argument("directory", type=pathlib.Path)
p.add_argument("--json", type=pathlib.Path)
p.add_argument("--table", type=pathlib.Path, help="as a page, for tests/range/results.md")
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
    tier, names, accused = header(item, name != item)
    got, first = said(a.sensor, pcap, tier == "nothing" or any(n.isdigit() for n in names))
    words = " ".join(f"{what}:{who}" + ("" if kind == "alert" else "(finding)") for kind, what, who in sorted(got))
    alarm = first.get(("alert", "ransom", t["source"]))
    if alarm and "ransom" in names and (a.directory / f"{name}.log").exists():
        words += lost(a.directory / f"{name}.log", alarm)
    rows.append((name, t["technique"], t["outcome"], verdict(tier, names, accused, got), words))

print(f"{'item':28} {'technique':10} {'outcome':9} {'verdict':8} said")
for name, technique, outcome, v, words in rows:
    print(f"{name:28} {technique:10} {outcome:9} {v:8} {words}")
count = collections.Counter(r[3] for r in rows)
print(", ".join(f"{n} {v}" for v, n in sorted(count.items())) or "nothing to judge")
if a.json:
    a.json.write_text(json.dumps([dict(zip(("item", "technique", "outcome", "verdict", "said"), r)) for r in rows],
                                 indent=1) + "\n", encoding="utf-8")
if a.table:
    names = {v: k for k, v in ADDRESS.items()}
    head = ["# What the sensor said of the range", "",
            "`./run range --record DIR`, then `tests/range/judge.py build/vigie-sensor DIR --table tests/range/results.md`; "
            "verdicts: README.md.", "", ", ".join(f"{n} {v}" for v, n in sorted(count.items())) + ".", "",
            "| item | technique | outcome | verdict | alerts, (findings) |", "|---|---|---|---|---|"]
    for name, technique, outcome, v, words in rows:
        words = re.sub(r":(10\.77\.0\.\d+)", lambda m: " " + names.get(m[1], m[1]), words)
        words = ", ".join(f"({w[:-9]})" if w.endswith("(finding)") else w
                          for w in re.findall(r"\([^()]+ lost before\)|[\w-]+ [\w.]+(?:\(finding\))?", words))
        head.append(f"| {name} | {technique} | {outcome} | {v} | {words} |")
    a.table.write_text("\n".join(head) + "\n", encoding="utf-8")
sys.exit(not rows or any(count[v] for v in ("finding", "missed", "wrong", "false", "broken")))
