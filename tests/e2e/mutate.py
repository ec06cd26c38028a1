#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""How the detectors generalise: real captures, changed as networks and mirrors change them.

mutate.py SENSOR DATA [--golden DIR] [--classes a,b] [--only WORD] [--mutations a,b] [--skip a,b] [--every N]
          [--min-packets N] [--background FILE] [--json FILE] [--lines] [--keep DIR] [--hold FILE [--write]]

Captures are those of DATA/EXPECTED.tsv and of tests/golden (range_* and cases of the detectors). Each
is read as it is, and after every mutation of mutations.py, by the detectors alone (no rules). Of an
attack that was told before, the table says whether it still is: kept (an alert stays an alert, a
finding at least a finding), weaker (an alert became a finding), lost; and `turned`: an alert of the
same number with the two hosts exchanged. Of a capture without an alert before it says accused: an
alert now. --lines prints which; --keep DIR keeps the changed captures that were lost or accused.
--hold FILE compares with the counts written there: fewer kept, one turned or one accused more is a failure,
exit 1; --write writes them. Changed captures are written to a temporary directory alone.
"""
import argparse
import collections
import concurrent.futures
import json
import os
import pathlib
import random
import subprocess
import sys
import tempfile

import capfile
import mutations
from mutations import MUTATIONS, Capture

ap = argparse.ArgumentParser()
ap.add_argument("sensor")
ap.add_argument("data", type=pathlib.Path)
ap.add_argument("--golden", type=pathlib.Path)
ap.add_argument("--classes")
ap.add_argument("--only", default="")
ap.add_argument("--mutations")
ap.add_argument("--skip", default="", help="mutations not made")
ap.add_argument("--every", type=int, default=1)
ap.add_argument("--min-packets", type=int, default=2)
ap.add_argument("--background", type=pathlib.Path)
ap.add_argument("--json")
ap.add_argument("--keep", type=pathlib.Path)
ap.add_argument("--lines", action="store_true")
ap.add_argument("--hold", type=pathlib.Path)
ap.add_argument("--write", action="store_true")

ATTACKS = {"lateral", "credaccess", "bruteforce", "scan", "injection", "discovery", "exploit", "tunnel", "c2", "malware", "range",
           "golden"}
RANK = {"alert": 2, "finding": 1, "silent": 0}


def sources(args):
    """[(class, name, path)], each file once"""
    out, seen = [], set()
    table = args.data / "EXPECTED.tsv"
    if table.exists():
        for line in list(open(table, encoding="utf-8", errors="replace"))[1:]:
            r = line.rstrip("\n").split("\t")
            if r[1] not in seen:
                seen.add(r[1])
                out.append((r[6], r[1], args.data / r[1]))
    if args.golden:
        for p in sorted(args.golden.glob("*/input.pcap")):
            name = p.parent.name
            if name.startswith("sig-") or (p.parent / "test.rules").exists() or (p.parent / "args").exists():
                continue
            quiet = "_ok-" in name or "-none-" in name
            out.append(("quiet" if quiet else "range" if name.startswith("range_") else "golden", name, p))
    if args.classes:
        out = [s for s in out if s[0] in args.classes.split(",")]
    return [s for s in out if args.only in s[1]][::args.every]


def said(sensor, path):
    """{(tier, sid, src, dest)}"""
    with tempfile.TemporaryDirectory() as out:
        done = subprocess.run([sensor, "-r", str(path), "-l", out, "-S", "none"], capture_output=True, timeout=300)
        eve = pathlib.Path(out, "eve.json")
        if done.returncode not in (0, 1) or not eve.exists():
            raise RuntimeError(f"{path}: exit {done.returncode}: {done.stderr.decode(errors='replace')[-300:]}")
        rows = set()
        for line in open(eve, encoding="utf-8"):
            e = json.loads(line)
            if e["event_type"] in ("alert", "finding"):
                rows.add((e["event_type"], e["alert"]["signature_id"], e["src_ip"], e["dest_ip"]))
        return rows


def tier(rows):
    return max((r[0] for r in rows), key=RANK.get, default="silent")


def turned(before, after, hosts):
    """numbers of alerts whose hosts changed places"""
    names = {capfile.text(a): capfile.text(b) for a, b in hosts.items()}
    was = {(sid, names.get(s, s), names.get(d, d)) for t, sid, s, d in before if t == "alert"}
    now = {(sid, s, d) for t, sid, s, d in after if t == "alert"}
    return sorted({sid for sid, s, d in now if (sid, d, s) in was and (sid, s, d) not in was})


def work(job):
    """one capture: (class, name, tier before, {mutation: (verdict, sids lost, sids new, sids turned)})"""
    args, wanted, (kind, name, path) = job
    try:
        whole = Capture(path)
    except (ValueError, OSError):
        return None
    if len(whole.packets) < args.min_packets:
        return None
    before = said(args.sensor, path)
    attack = kind in ATTACKS
    if tier(before) == ("silent" if attack else "alert"):
        return kind, name, tier(before), {}
    out = {}
    for m in wanted:
        c = Capture(path)
        made = MUTATIONS[m](c, random.Random(name))
        if not made or not made[1]:
            continue
        with tempfile.TemporaryDirectory() as tmp:
            changed = pathlib.Path(tmp, "in.pcap")
            capfile.write(changed, *made)
            after = said(args.sensor, changed)
            sids = [{(r[0], r[1]) for r in rows} for rows in (before, after)]
            if attack:
                verdict = "kept" if RANK[tier(after)] >= RANK[tier(before)] else \
                    "weaker" if tier(after) == "finding" else "lost"
            else:
                verdict = "accused" if tier(after) == "alert" else "quiet"
            if args.keep and verdict in ("lost", "accused", "weaker"):
                args.keep.mkdir(exist_ok=True)
                to = args.keep / f"{m} {name.replace('/', '_')[-80:]}.pcap".replace(" ", "_")
                to.write_bytes(changed.read_bytes())
        out[m] = (verdict, sorted(sids[0] - sids[1]), sorted(sids[1] - sids[0]), turned(before, after, c.hosts),
                  sorted(r for r in after if r[0] == "alert")[:4])
    return kind, name, tier(before), out


def show(results, wanted, lines):
    """the tables; returns {class: {mutation: {verdict: n}}}"""
    table = collections.defaultdict(lambda: collections.defaultdict(collections.Counter))
    for kind, name, was, out in results:
        for m, (verdict, lost, new, swapped, alerts) in out.items():
            table[kind][m][verdict] += 1
            table[kind][m]["turned"] += bool(swapped)
            if lines and (verdict in ("lost", "weaker", "accused") or swapped):
                print(f"{kind}\t{m}\t{was}\t{verdict}\t{name}\n\tlost {lost} new {new} turned {swapped}\n\t{alerts}")
    for title, kinds, shown in (("attacks: kept (weaker, lost; turned)", [k for k in table if k in ATTACKS], True),
                                ("others: captures, of which accused", [k for k in table if k not in ATTACKS], False)):
        if not kinds:
            continue
        print(f"\n{title}\n| mutation | " + " | ".join(kinds) + " |\n|---|" + "---|" * len(kinds))
        for m in wanted:
            cells = []
            for k in kinds:
                t = table[k][m]
                n = sum(t.values()) - t["turned"]
                cells.append("" if not n else f"{n}: {t['accused']}" if not shown else f"{t['kept']}/{n}" + (
                    f" ({t['weaker']}, {t['lost']}{'; ' + str(t['turned']) if t['turned'] else ''})"
                    if t["kept"] < n or t["turned"] else ""))
            print(f"| {m} | " + " | ".join(cells) + " |")
    return table


def hold(table, path, write):
    """0, or 1 and what is worse than path says: class, mutation, captures, kept, turned, accused, by tabs"""
    rows = [(k, m, t["kept"] + t["weaker"] + t["lost"] + t["accused"] + t["quiet"], t["kept"], t["turned"],
             t["accused"]) for k in sorted(table) for m, t in table[k].items()]
    if write:
        path.write_text("".join("\t".join(map(str, r)) + "\n" for r in rows))
        return 0
    bad = 0
    found = {r[:2]: r[2:] for r in rows}
    for line in path.read_text().splitlines():
        kind, m, *want = line.split("\t")
        n, kept, swapped, accused = map(int, want)
        got = found.get((kind, m), (0, 0, 0, 0))
        if got[0] < n or got[1] < kept or got[2] > swapped or got[3] > accused:
            bad = 1
            print(f"WORSE {kind}, {m}: captures, kept, turned, accused {got}, were {(n, kept, swapped, accused)}")
    return bad


def main():
    args = ap.parse_args()
    if args.background:
        MUTATIONS["among others"] = mutations.among(args.background)
    wanted = [m for m in MUTATIONS if not args.mutations or m in args.mutations.split(",")]
    wanted = [m for m in wanted if m not in args.skip.split(",")]
    jobs = [(args, wanted, s) for s in sources(args)]
    if not jobs:
        print(f"skipped: no captures under {args.data}")
        return 77
    with concurrent.futures.ProcessPoolExecutor(len(os.sched_getaffinity(0)), initializer=background,
                                                initargs=(args.background,)) as pool:
        results = [r for r in pool.map(work, jobs, chunksize=4) if r]
    table = show(results, wanted, args.lines)
    if args.json:
        pathlib.Path(args.json).write_text(json.dumps(results, indent=0))
    return hold(table, args.hold, args.write) if args.hold else 0


def background(path):
    if path:
        MUTATIONS["among others"] = mutations.among(path)


if __name__ == "__main__":
    sys.exit(main())
