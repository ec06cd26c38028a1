#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs the tests of another engine: a capture, rules, and how often each sid has to alert.

verify.py SENSOR DATA [--must] [--expected FILE] [--lines FILE] [TEST…]

DATA/suricata-verify.index.tsv names them; TEST: only those with that in their name. A test passes
when every sid alerted as often as it says (a sid that it names twice was asked of two kinds of
alerts: once at least, and their sum at most). Prints each failure with its reason.

--must: the exit status is the number of `must` tests that fail (at most 100).
--expected FILE: two lines, "must N" and "may N", of tests that pass: fewer is a failure, more asks to
  raise the number. It always says how many do not pass yet.
"""
import argparse
import collections
import concurrent.futures
import csv
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

ap = argparse.ArgumentParser()
ap.add_argument("sensor")
ap.add_argument("data", type=pathlib.Path)
ap.add_argument("--must", action="store_true")
ap.add_argument("--expected", type=pathlib.Path)
ap.add_argument("--lines", help="write the failures there, too")
ap.add_argument("tests", nargs="*")
args = ap.parse_args()
base = args.data / "suricata-verify" / "tests"

# What an option of the other engine is here; what is not named has no meaning for a sensor that
# only listens (--simulate-ips, stream.inline), or is always so (-k none).
SETTINGS = {"threshold-file": "rule.threshold_file", "stream.midstream": "rule.midstream",
            "packet-alert-max": "detect.packet_alerts",
            "stream.async-oneside": "rule.midstream"}


def options(row):
    argv = []
    for name, value in re.findall(r"--set ([\w.-]+)=(\S+)", row["flags"] or ""):
        if name in SETTINGS:
            value = value.replace("${TEST_DIR}", str(base / row["test"]))
            value = {"true": "yes", "false": "no"}.get(value, value)
            argv += ["--set", f"{SETTINGS[name]}={value}"]
    # the same where a test brings a configuration of its own
    yaml = base / row["test"] / "suricata.yaml"
    if yaml.exists() and re.search(r"^stream:\n(?:[ #].*\n|\n)*?  midstream: *(?:true|yes)\b",
                                   yaml.read_text(errors="replace"), re.M):
        argv += ["--set", "rule.midstream=yes"]
    return argv


def wanted(text):
    """sid (None: any) → [counts]"""
    found = collections.defaultdict(list)
    for part in filter(None, text.split(";")):
        sid, count = part.split("=")
        found[None if sid == "None" else int(sid)].append(int(count))
    return found


def alerts(path):
    got = collections.Counter()
    for line in open(path, encoding="utf-8", errors="replace") if path.exists() else []:
        event = json.loads(line)
        if event["event_type"] == "alert" and event["alert"]["gid"] == 1:
            got[event["alert"]["signature_id"]] += 1
    return got


def unmatched(rules):
    """the reasons for which rules are not matched, short"""
    done = subprocess.run([args.sensor, "-T", "-S", rules], capture_output=True, text=True)
    text = done.stdout + done.stderr
    reasons = [re.sub(r"^.*?(error|warning): ", "", line) for line in text.splitlines()
               if re.search(r": (error|warning): ", line)]
    table = re.search(r"Not matched yet, by keyword:\n(.*?)\n\(alone", text, re.S)
    if table:
        reasons += [line.rsplit(None, 2)[0].strip() for line in table[1].splitlines()[2:]]
    return sorted(set(r for r in reasons if r and not r.startswith("-")))


def run(row):
    """None, or why it failed: (cause, details)"""
    with tempfile.TemporaryDirectory(prefix="vigie-verify.") as out:
        argv = [args.sensor, "-r", base / row["pcap"], "-S", base / row["rules"], "-l", out]
        try:
            done = subprocess.run(argv + options(row), capture_output=True, text=True, timeout=120)
        except subprocess.TimeoutExpired:
            return "timeout", "120 s"
        got = alerts(pathlib.Path(out) / "eve.json")
    wrong, missing, extra = [], False, False
    for sid, counts in wanted(row["expect_sid=count"]).items():
        have = sum(got.values()) if sid is None else got[sid]
        if not max(counts) <= have <= sum(counts):
            missing |= have < max(counts)
            extra |= have > sum(counts)
            wrong.append(f"sid {sid or 'any'}: {'+'.join(map(str, counts))} wanted, {have} came")
    # A capture that breaks off ends with 1, what stands before it counts.
    if done.returncode and "breaks off after" not in done.stderr:
        last = done.stderr.strip().splitlines()[-1:] or ["nothing said"]
        return f"exit {done.returncode}", last[0][:160]
    if not wrong:
        return None
    why = unmatched(base / row["rules"]) if missing else []
    cause = ("not matched: " + ", ".join(why) if why else
             "missing and extra" if missing and extra else "missing" if missing else "extra")
    return cause, "; ".join(wrong)


index = args.data / "suricata-verify.index.tsv"
if not index.exists():
    print(f"skipped: no tests at {index}")
    sys.exit(77)
with open(index, encoding="utf-8") as f:
    rows = [r for r in csv.DictReader(f, delimiter="\t") if not args.tests or
            any(t in r["test"] for t in args.tests)]
with concurrent.futures.ThreadPoolExecutor(len(os.sched_getaffinity(0))) as pool:
    results = list(pool.map(run, rows))

passed, failed, causes, lines = collections.Counter(), collections.Counter(), {}, []
for row, result in zip(rows, results):
    kind = row["must"]
    if not result:
        passed[kind] += 1
        continue
    failed[kind] += 1
    causes.setdefault(result[0], []).append(f"{kind} {row['test']}")
    flags = f" [{row['flags']}]" if row["flags"] else ""
    lines.append(f"FAIL {kind:4} {row['test']}{flags} | {result[0]} | {result[1]}")
lines.sort(key=lambda line: line.split()[1] != "must")
lines.append("By cause:")
for cause, names in sorted(causes.items(), key=lambda c: -len(c[1])):
    lines.append(f"{len(names):4} {cause}: " + ", ".join(names))
for kind in ("must", "may"):
    lines.append(f"{kind}: {passed[kind]} of {passed[kind] + failed[kind]} pass")
print("\n".join(lines))
if args.lines:
    pathlib.Path(args.lines).write_text("\n".join(lines) + "\n")
if args.must:
    sys.exit(min(failed["must"], 100))
bad = 0
if args.expected:
    for line in args.expected.read_text().split("\n"):
        kind, _, number = line.partition(" ")
        if kind not in ("must", "may"):
            continue
        if passed[kind] != int(number):
            worse = passed[kind] < int(number)
            print(f"{kind}: {args.expected.name} says {number} pass, {passed[kind]} do: " +
                  ("a regression" if worse else "raise its number"))
            bad |= worse
        print(f"{kind}: {failed[kind]} do not pass yet")
sys.exit(bad)
