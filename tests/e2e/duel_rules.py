#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Real rules, and for each a small session that fits it or nearly does, in this engine and in Suricata.

duel_rules.py SENSOR RULES [--every N] [--from N] [--seed N] [--modes a,b] [--least N] [--keep DIR] [--show N]
              [--sid N,…]

RULES: a rule file, .gz or not. Every rule is held against every session. Modes: `fit` (as the rule
asks), `cut` (other segments), `near` (one content missing, or there that must not be), `spoilt`
(a byte is another), `case`, `open` (no FIN), `reset`. A difference is told by the kinds of condition
that the rule has.
"""
import argparse
import collections
import gzip
import pathlib
import random
import re
import shutil
import sys
import tempfile

from duel import Duel, Sessions
import craft
import duel_fill as fill
import duel_talk as talk

MODES = ["fit", "cut", "near", "spoilt", "case", "open", "reset"]


def rules_of(path):
    raw = path.read_bytes()
    text = gzip.decompress(raw) if path.suffix == ".gz" else raw
    return [re.sub(r"flowbits:\s*noalert;|\bnoalert;", "", r)
            for r in text.decode("utf-8", "replace").splitlines() if re.match(r"\s*alert\s", r)]


def flags_of(opts):
    for key, value in opts:
        if key in ("flags", "tcp.flags"):
            value = value.split(",")[0].lstrip("+*!")
            return sum({"F": 1, "S": 2, "R": 4, "P": 8, "A": 16, "U": 32}.get(x, 0) for x in value)
    return None


def setters(rules):
    """flowbit → a rule that sets it"""
    out = {}
    for r in rules:
        for name in re.findall(r"flowbits:\s*set,\s*([\w.]+)", r):
            if "flowbits:isset" not in r.replace(" ", ""):
                out.setdefault(name, r)
    return out


def said_of(rule, home, rng, mode, before):
    """(plan, options, talk) of one rule; what sets a flowbit that it asks for comes first."""
    plan, opts, bufs, contents = talk.plan_of(rule, home)
    if mode == "near" and contents:
        bufs, _ = fill.buffers(opts, rng.randrange(contents))
    said = talk.talk(plan, bufs)
    for name in re.findall(r"flowbits:\s*isset,\s*([\w.]+)", rule):
        if name in before:
            p, _, b, _ = talk.plan_of(before[name], home)
            if p.proto == plan.proto or plan.proto == "tcp":
                said = talk.talk(p, b) + said
    count = re.search(r"(?:threshold|detection_filter):[^;]*count\s*(\d+)", rule)
    if count and plan.proto not in ("smtp", "ssh"):
        said = said * min(int(count[1]) + 1, 40)
    if mode == "spoilt":
        k = rng.randrange(len(said))
        said[k] = (said[k][0], talk.spoilt(rng, said[k][1]))
    if mode == "case":
        said = talk.swapped(rng, said)
    if mode == "cut":
        said = talk.cut(rng, said)
    return plan, opts, said if plan.proto in ("udp", "dns", "icmp") else talk.segments(said)


def add(c, t, plan, opts, said, mode):
    ends = plan.client, plan.server, plan.cport, plan.sport
    datagram = plan.proto == "udp" or (plan.proto == "dns")
    flags = flags_of(opts)
    if plan.proto == "icmp":
        kinds = dict(opts)
        src, dst = ends[:2] if plan.up else ends[1::-1]
        data = b"".join(d for w, d in said if w == plan.way)
        c.add(t, craft.icmp(src, dst, fill.number(kinds.get("itype", "8"), 8),
                            fill.number(kinds.get("icode", "0"), 0), b"\0\1\0\1" + data))
    elif datagram:
        if "established" in plan.flow:
            c.add(t, craft.udp(*ends, b"q"))
            c.add(t + .0001, craft.udp(ends[1], ends[0], ends[3], ends[2], b"q"))
        for i, (way, data) in enumerate(said):
            e = ends if way == ">" else (ends[1], ends[0], ends[3], ends[2])
            c.add(t + .001 * (i + 1), craft.udp(*e, data))
    elif flags is not None and "established" not in plan.flow:
        data = b"".join(d for w, d in said if w == plan.way)
        e = ends if plan.up else (ends[1], ends[0], ends[3], ends[2])
        c.add(t, craft.tcp(*e, flags, 1000, 2000, data if data != b"q" else b""))
    else:
        end = c.session(t, *ends, said, close=mode not in ("open", "reset"))
        if mode == "reset":
            up = sum(len(d) for w, d in said if w == ">")
            c.add(end, craft.tcp(*ends, craft.RST | craft.ACK, 1001 + up, 5001))


def kinds_of(rule):
    opts = fill.options(rule)
    m = talk.HEADER.match(rule)
    buffers = sorted({k for k, _ in opts if re.match(r"(http|dns|tls|file|ssh|ja3s?|smb)[._]", k)})
    other = sorted({k for k, _ in opts} & {
        "pcre", "flowbits", "threshold", "detection_filter", "byte_test", "byte_jump", "isdataat",
        "stream_size", "dsize", "flags", "xbits", "base64_data", "urilen", "bsize", "byte_extract"})
    return f"{m[1]} {' '.join(buffers)} + {' '.join(other)}"


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("sensor")
    ap.add_argument("rules", type=pathlib.Path)
    ap.add_argument("--every", type=int, default=1)
    ap.add_argument("--from", type=int, default=0, dest="first")
    ap.add_argument("--seed", type=int, default=1)
    ap.add_argument("--modes", default=",".join(MODES))
    ap.add_argument("--sid")
    ap.add_argument("--keep", type=pathlib.Path)
    ap.add_argument("--least", type=float, default=100, help="per cent; below it is a failure")
    ap.add_argument("--show", type=int, default=3, help="pairs of each kind")
    args = ap.parse_args()
    tmp = args.keep or pathlib.Path(tempfile.mkdtemp(prefix="vigie-duel."))
    everything = rules_of(args.rules)
    before = setters(everything)
    chosen = everything[args.first::args.every]
    if args.sid:
        wanted = set(args.sid.split(","))
        chosen = [r for r in everything if re.search(r"\bsid:\s*(\d+)", r)[1] in wanted]
    load = chosen + [r for r in before.values() if r not in set(chosen)]
    sessions, rng, meant, failed = Sessions(), random.Random(args.seed), {}, collections.Counter()
    for r in chosen:
        sid = int(re.search(r"\bsid:\s*(\d+)", r)[1])
        for mode in args.modes.split(","):
            home, t = sessions.begin(f"{sid} {mode}")
            try:
                add(sessions.capture, t, *said_of(r, home, rng, mode, before), mode)
            except (ValueError, TypeError, OverflowError) as e:
                failed[f"{type(e).__name__}: {e}"] += 1
            meant[len(sessions.name) - 1] = sid
    d = Duel(args.sensor, tmp, sessions, load)
    hit = sum(1 for n, sid in d.theirs if meant.get(n) == sid and sessions.name[n].endswith(" fit"))
    report(d, args.show)
    for why, n in failed.most_common(5):
        print(f"{n} sessions could not be made: {why}")
    print(f"{hit} of {len(chosen)} rules matched by the session made for them")
    print(d.summary())
    if not args.keep:
        shutil.rmtree(tmp)
    sys.exit(bool(d.rate() < args.least or d.we_refuse or not d.both))


def report(d, show):
    for side, pairs in (("theirs", d.only_theirs), ("ours", d.only_ours), ("counts", d.counts)):
        kinds = collections.defaultdict(list)
        for n, sid in pairs:
            kinds[kinds_of(d.rule[sid])].append((n, sid))
        for kind, found in sorted(kinds.items(), key=lambda k: -len(k[1])):
            examples = ", ".join(
                f"{sid} in {d.sessions.name[n]} ({len(d.theirs.get((n, sid), []))}:"
                f"{len(d.ours.get((n, sid), []))})" for n, sid in found[:show])
            print(f"{side:7}{len(found):5} {kind}: {examples}")
    for sid in sorted(d.we_refuse)[:show]:
        print(f"refused here alone: {d.rule[sid]}")


if __name__ == "__main__":
    main()
