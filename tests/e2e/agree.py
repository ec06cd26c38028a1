#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Holds the sensor beside Suricata: the same captures, the rules that we match, (capture, sid) pairs.

agree.py SENSOR DATA [--rules FILE] [--all] [--cache DIR] [--plain] [--every N] [--classes a,b]
         [--differences FILE] [--keep DIR] [--by-rule N]

The captures of one link type are laid behind each other in one file, two hours apart, so that each
engine starts once and no flow of one capture lives to the next; an alert belongs to the capture
that its flow began in. A pair that only one engine has is a difference; agree.tsv names those
that are explained (docs/why/0010-suricata-differences.md): side, sid, path, reason, with * and
wildcards. What it does not name fails the test.

--all: all rules, those that we do not match, too; prints the agreement and the differences by their
  cause (what hinders a rule that is not matched; else the protocol and buffers of the rule).
--plain: both as they are by default: no connections picked up mid-stream; Suricata's chunks of random
  size. Else rule.midstream is yes, and stream.midstream true.
--by-rule N: the N rules that differ in most captures, with a capture of each side.
--cache DIR: Suricata's pairs are kept there and used again for the same captures and rules.
"""
import argparse
import bisect
import collections
import fnmatch
import gzip
import hashlib
import json
import pathlib
import re
import shutil
import struct
import subprocess
import sys
import tempfile

ap = argparse.ArgumentParser()
ap.add_argument("sensor")
ap.add_argument("data", type=pathlib.Path)
ap.add_argument("--rules", type=pathlib.Path)
ap.add_argument("--all", action="store_true")
ap.add_argument("--plain", action="store_true")
ap.add_argument("--cache", type=pathlib.Path)
ap.add_argument("--every", type=int, default=1)
ap.add_argument("--classes")
ap.add_argument("--differences", help="write every one, a line each")
ap.add_argument("--by-rule", type=int, default=0)
ap.add_argument("--keep", type=pathlib.Path, help="leave the working files there")
args = ap.parse_args()

HOME = "[192.168.0.0/16,10.0.0.0/8,172.16.0.0/12]"
APART = 7200    # s
LONGEST = 86400  # s: a stamp further from its capture's first is taken for damage
SETTINGS = [] if args.plain else [
    "--set", "stream.reassembly.randomize-chunk-size=no", "--set", "stream.midstream=true"]
# Parsers that Debian's configuration leaves out.
for name in ("modbus", "dnp3", "enip", "pgsql"):
    SETTINGS += ["--set", f"app-layer.protocols.{name}.enabled=yes"]
LINKS = {0: 0, 1: 1, 12: 101, 14: 101, 101: 101, 108: 0, 113: 113, 228: 101, 229: 101}
here = pathlib.Path(__file__).resolve().parent
tmp = args.keep or pathlib.Path(tempfile.mkdtemp(prefix="vigie-agree."))
tmp.mkdir(exist_ok=True)


def matched_rules():
    source = args.rules or next(iter(sorted(args.data.glob("rules/*.rules.gz"))))
    plain = tmp / "all.rules"
    raw = source.read_bytes()
    plain.write_bytes(gzip.decompress(raw) if source.suffix == ".gz" else raw)
    out = tmp / "matched.rules"
    subprocess.run([args.sensor, "-T", "-S", plain, "--write-matched", out], check=True,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return out


def rule_cause():
    """sid → why a difference may be: what hinders it, or its protocol and buffers"""
    line = re.compile(r"^\s*alert\s+(\S+).*\bsid:\s*(\d+)")
    matched = {m[2] for m in map(line.match, open(tmp / "matched.rules", encoding="utf-8")) if m}
    causes = {}
    for text in open(tmp / "all.rules", encoding="utf-8"):
        m = line.match(text)
        if not m:
            continue
        buffers = sorted(set(re.findall(r"[;(]\s*((?:http|dns|tls|smb|ssh|smtp|ftp|krb5|snmp|file|"
                                        r"dcerpc|quic|sip|ja3s?|ja4)[._][\w.]+|pkt_data)\b", text)))
        state = " with flowbits" if re.search(r"\bflowbits:\s*isset", text) else ""
        state += " with threshold" if re.search(r"threshold:|detection_filter:", text) else ""
        raw = "raw " if not buffers else ""
        causes[int(m[2])] = (("" if m[2] in matched else "NOT MATCHED: ") +
                             f"{raw}{m[1]} {' '.join(buffers)}".strip() + state)
    return causes


def as_pcap(path):
    raw = path.read_bytes()
    if raw[:4] != b"\x0a\x0d\x0d\x0a":
        return raw
    out = tmp / "converted.pcap"
    out.unlink(missing_ok=True)
    subprocess.run(["editcap", "-F", "nsecpcap", path, out], stdout=subprocess.DEVNULL,
                   stderr=subprocess.DEVNULL)
    return out.read_bytes() if out.exists() else b""


def packets(path):
    """link type, (time in ns, wire length, bytes) of each packet; nothing when it is no capture"""
    raw = as_pcap(path)
    magic = raw[:4]
    order = {b"\xd4\xc3\xb2\xa1": ("<", 1000), b"\x4d\x3c\xb2\xa1": ("<", 1),
             b"\xa1\xb2\xc3\xd4": (">", 1000), b"\xa1\xb2\x3c\x4d": (">", 1)}.get(magic)
    if not order or len(raw) < 24:
        return None, []
    link = struct.unpack(order[0] + "I", raw[20:24])[0] & 0xFFFF
    found, at = [], 24
    while at + 16 <= len(raw):
        s, frac, n, wire = struct.unpack(order[0] + "IIII", raw[at:at + 16])
        at += 16
        if n > 262144 or at + n > len(raw):
            break
        found.append((s * 10**9 + frac * order[1], wire, raw[at:at + n]))
        at += n
    return LINKS.get(link), found


class Merged:
    """One file of many captures."""

    def __init__(self, link):
        self.path = tmp / f"merged-{link}.pcap"
        self.file = open(self.path, "wb")
        self.file.write(struct.pack("<IHHiIII", 0xA1B23C4D, 2, 4, 0, 0, 262144, link))
        self.now = 1_600_000_000
        self.begin, self.name = [], []

    def add(self, name, found):
        self.begin.append(self.now)
        self.name.append(name)
        first, last = found[0][0], 0
        for t, wire, data in found:
            t -= first
            if not -60 * 10**9 <= t <= LONGEST * 10**9:
                t = last
            last = t
            s, ns = divmod(t, 10**9)
            self.file.write(struct.pack("<IIII", self.now + 60 + s, ns, len(data), wire) + data)
        self.now += 60 + max(0, min(LONGEST, max(p[0] for p in found) // 10**9 - first // 10**9))
        self.now += APART

    def capture(self, stamp):
        return self.name[bisect.bisect_right(self.begin, stamp) - 1]


def stamp(text):
    from datetime import datetime
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%f%z").timestamp()


def pairs(folder, merged, found):
    eve = folder / "eve.json"
    for line in open(eve, encoding="utf-8", errors="replace") if eve.exists() else []:
        if '"event_type":"alert"' not in line:
            continue
        event = json.loads(line)
        if event["alert"]["gid"] == 1:
            # Suricata matches the end of a stream when its flow times out: later, elsewhere.
            when = event.get("flow", {}).get("start", event["timestamp"])
            found[merged.capture(stamp(when)), event["alert"]["signature_id"]] += 1


def run(argv, out):
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir()
    done = subprocess.run(argv, capture_output=True)
    if done.returncode:
        sys.exit(f"{argv[0]} failed:\n" + done.stderr.decode(errors="replace")[-2000:])


def suricata(merged, rules, found):
    out = tmp / "suricata"
    yaml = tmp / "suricata.yaml"
    yaml.write_text(
        "%YAML 1.1\n---\ninclude: /etc/suricata/suricata.yaml\n"
        "outputs:\n  - eve-log:\n      enabled: yes\n      filetype: regular\n"
        "      filename: eve.json\n      types: [alert]\n")
    run(["suricata", "-c", yaml, "-r", merged.path, "-S", rules, "-l", out, "-k", "none",
         "--runmode", "single", "--set", "vars.address-groups.EXTERNAL_NET=any", "--set",
         "packet-alert-max=255", "--set", f"vars.address-groups.HOME_NET={HOME}", *SETTINGS], out)
    pairs(out, merged, found)


def suricata_cached(merged, rules, found):
    if not args.cache:
        return suricata(merged, rules, found)
    key = hashlib.sha256(merged.path.read_bytes() + rules.read_bytes()).hexdigest()[:16]
    key += hashlib.sha256(" ".join(SETTINGS).encode()).hexdigest()[:6]
    kept = args.cache / f"{key}.tsv"
    if not kept.exists():
        fresh = collections.Counter()
        suricata(merged, rules, fresh)
        args.cache.mkdir(parents=True, exist_ok=True)
        kept.write_text("".join(f"{p}\t{sid}\t{n}\n" for (p, sid), n in sorted(fresh.items())))
    for line in kept.read_text().splitlines():
        path, sid, n = line.split("\t")
        found[path, int(sid)] += int(n)


def vigie(merged, rules, found):
    out = tmp / "vigie"
    run([args.sensor, "-r", merged.path, "-S", rules, "-l", out, "--set",
         f"rule.vars=HOME_NET={HOME}", "--set", "rule.vars=EXTERNAL_NET=any",
         *([] if args.plain else ["--set", "rule.midstream=yes"])], out)
    pairs(out, merged, found)


def why(known, side, sid, path):
    for row in known:
        if row[0] in ("*", side) and row[1] in ("*", str(sid)) and fnmatch.fnmatch(path, row[2]):
            return row[3]
    return None


rows = [line.rstrip("\n").split("\t") for line in open(args.data / "EXPECTED.tsv")][1:]
rows = [r for r in rows if not args.classes or r[6] in args.classes.split(",")][::args.every]
merged = {}
for row in rows:
    link, found = packets(args.data / row[1])
    if link is not None and found:
        if link not in merged:
            merged[link] = Merged(link)
        merged[link].add(row[1], found)
rules = matched_rules()
if args.all:
    rules = tmp / "all.rules"
theirs, ours = collections.Counter(), collections.Counter()
for m in merged.values():
    m.file.close()
    suricata_cached(m, rules, theirs)
    vigie(m, rules, ours)

known = [line.rstrip("\n").split("\t") for line in open(here / "agree.tsv", encoding="utf-8")
         if line.strip() and not line.startswith("#")]
both = same_count = 0
reasons, unexplained = collections.Counter(), 0
causes = rule_cause() if args.all else {}
by_cause = collections.defaultdict(lambda: [0, 0, 0])
by_rule = collections.defaultdict(lambda: [0, [], []])
lines = []
for pair in sorted(theirs.keys() | ours.keys()):
    path, sid = pair
    by_cause[causes.get(sid, "?")][0 if pair in theirs and pair in ours else
                                   1 if pair in ours else 2] += 1
    if pair in theirs and pair in ours:
        both += 1
        by_rule[sid][0] += 1
        same_count += theirs[pair] == ours[pair]
        if theirs[pair] != ours[pair]:
            lines.append(f"count\t{sid}\t{path}\t{theirs[pair]}\t{ours[pair]}\n")
        continue
    side = "suricata" if pair in theirs else "vigie"
    by_rule[sid][1 if pair in theirs else 2].append(path)
    reason = why(known, side, sid, path)
    reasons[side, reason or "not explained"] += 1
    lines.append(f"{side}\t{sid}\t{path}\t{theirs[pair]}\t{ours[pair]}\t{reason}\n")
    if not reason:
        unexplained += 1
    if not reason and not args.by_rule:
        print(f"only {side}: sid {sid} in {path} ({theirs[pair] or ours[pair]} alerts)")
for (side, reason), n in sorted(reasons.items()):
    print(f"only {side}: {n} pairs: {reason}")
if args.by_rule:
    text = {int(m[1]): line for line in open(rules, encoding="utf-8")
            for m in [re.search(r"\bsid:\s*(\d+)", line)] if m}
    most = sorted(by_rule.items(), key=lambda r: -len(r[1][1]) - len(r[1][2]))
    for sid, (n, there, here_) in most[:args.by_rule]:
        if there or here_:
            print(f"{n} of both, {len(there)} only theirs, {len(here_)} only ours: {text[sid].strip()}")
            for side, some in (("theirs", there), ("ours", here_)):
                for path in sorted(some, key=lambda p: (args.data / p).stat().st_size)[:3]:
                    print(f"    {side}: {path}")
if args.all:
    print(f"{'both':>6}{'ours':>6}{'theirs':>8}  cause")
    for cause, n in sorted(by_cause.items(), key=lambda c: -(c[1][1] + c[1][2])):
        print(f"{n[0]:6}{n[1]:6}{n[2]:8}  {cause}")
    one = sum(reasons.values())
    print(f"agreement: {100 * both / max(1, both + one):.2f} % of {both + one} pairs")
print(f"{len(rows)} captures, {both} pairs of both engines, {same_count} of them as often, "
      f"{sum(reasons.values())} of one only, {unexplained} not explained")
if args.differences:
    pathlib.Path(args.differences).write_text("".join(lines))
if not args.keep:
    shutil.rmtree(tmp)
sys.exit(unexplained != 0)
