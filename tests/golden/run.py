#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Golden cases: capture + rules + what must come out.

run.py SENSOR [--update] [CASE…]

A case is a folder with input.pcap, optionally test.rules (else no rules) and args (one option a
line), and `expected`: a line for each alert or finding, "TIER GID:SID SRC DST pcap_cnt", and what the
event says of the members that the file `fields` names, if there is one (http.url, email.to.0). (A case
of one signature, sig-SID: only what rules say, whatever detectors see in the same capture.) Every case
runs with 1, 2 and 4 workers, and the three eve.json must be the same to the byte.
"""
import json
import pathlib
import subprocess
import sys
import tempfile

here = pathlib.Path(__file__).resolve().parent
sensor = sys.argv[1]
update = "--update" in sys.argv
names = [a for a in sys.argv[2:] if not a.startswith("--")]
cases = sorted(p.parent for p in here.glob("*/input.pcap") if not names or p.parent.name in names)
bad = 0


def run(case, workers, out):
    rules = case / "test.rules"
    argv = [sensor, "-r", str(case / "input.pcap"), "-S", str(rules) if rules.exists() else "none",
            "-l", out, "--set", f"workers={workers}"]
    extra = case / "args"
    if extra.exists():
        argv += extra.read_text().split()
    done = subprocess.run(argv, capture_output=True, text=True, timeout=120)
    if done.returncode != 0:
        raise RuntimeError(f"exit {done.returncode}: {done.stderr[-2000:]}")
    return pathlib.Path(out, "eve.json").read_bytes()


def member(event, name):
    for part in name.split("."):
        if isinstance(event, list):
            event = event[int(part)] if int(part) < len(event) else None
        else:
            event = event.get(part) if isinstance(event, dict) else None
    return event


def summary(eve, rules_only, fields):
    rows = []
    for line in eve.decode().splitlines():
        e = json.loads(line)
        if e["event_type"] in ("alert", "finding"):
            a = e["alert"]
            if rules_only and a["gid"] != 1:
                continue
            said = [f" {f}={json.dumps(member(e, f))}" for f in fields if member(e, f) is not None]
            rows.append(f"{e['event_type']} {a['gid']}:{a['signature_id']} {e['src_ip']} "
                        f"{e['dest_ip']} {e['pcap_cnt']}" + "".join(said))
    return "\n".join(rows) + ("\n" if rows else "")


for case in cases:
    why = []
    with tempfile.TemporaryDirectory() as tmp:
        eves = []
        try:
            for workers in (1, 2, 4):
                out = pathlib.Path(tmp, str(workers))
                out.mkdir()
                eves.append(run(case, workers, str(out)))
        except (RuntimeError, subprocess.TimeoutExpired) as e:
            why.append(str(e))
        if not why:
            if eves[0] != eves[1] or eves[0] != eves[2]:
                why.append("1, 2 and 4 workers differ")
            asked = case / "fields"
            got = summary(eves[0], case.name.startswith("sig-"),
                          asked.read_text().split() if asked.exists() else [])
            if update:
                (case / "expected").write_text(got)
            elif got != (case / "expected").read_text():
                why.append("expected\n" + (case / "expected").read_text() + "got\n" + got)
    print("ok" if not why else "FAILED", case.name, *why)
    bad += bool(why)
print(f"{len(cases)} golden cases, {bad} failed")
sys.exit(bad != 0 or not cases)
