#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Measures the sensor beside libpcap alone and beside Suricata, in one run, and prints ratios.

bench.py BUILD [--rules FILE] [--repeat N] [--write] [CAPTURE]

Every program is pinned to one core (two workers: to two) and reads the same page-cached file. The
order of the programs is turned over each round, the median of the rounds counts, the spread is
said. Wall time is that of the packets alone where the program says so (the sensor's run_ns,
Suricata's own line), CPU time is that of the whole process less its start measured on an empty
capture. --write appends the table to bench/results.md.
"""
import argparse
import gzip
import json
import os
import pathlib
import re
import shutil
import statistics
import struct
import subprocess
import sys
import tempfile
import time

ap = argparse.ArgumentParser()
ap.add_argument("build")
ap.add_argument("--rules")
ap.add_argument("--repeat", type=int, default=5)
ap.add_argument("--megabytes", type=int, default=520)
ap.add_argument("--write", action="store_true")
ap.add_argument("capture", nargs="?")
args = ap.parse_args()

root = pathlib.Path(__file__).resolve().parent.parent
shared = root.parent / "shared"
work = pathlib.Path(tempfile.mkdtemp(prefix="vigie-bench."))
sensor = str(root / args.build / "vigie-sensor")
cores = sorted(os.sched_getaffinity(0))
ONE = {cores[-1]}
TWO = set(cores[-2:])


def make_capture():
    if args.capture:
        return args.capture, f"the capture given ({pathlib.Path(args.capture).name})"
    out = str(work / "mix.pcap")
    mkmix = shared / "tools/mkmix.py"
    if mkmix.exists():
        subprocess.run([sys.executable, mkmix, shared / "data", shared / "data/EXPECTED.tsv", out,
                        "--repeat", "80", "--max-mb", str(args.megabytes)], check=True,
                       stdout=subprocess.DEVNULL)
        return out, f"mkmix.py --repeat 80 --max-mb {args.megabytes} (real captures, mixed)"
    subprocess.run([sys.executable, root / "bench/mkcorpus.py", out, str(args.megabytes)], check=True)
    return out, f"bench/mkcorpus.py, {args.megabytes} MB (synthetic)"


def empty_capture():
    """One packet: Suricata takes an empty file for an error."""
    path = work / "empty.pcap"
    path.write_bytes(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1) +
                     struct.pack("<IIII", 1_700_000_000, 0, 60, 60) + bytes(60))
    return str(path)


def run(argv, cpus):
    """wall s, CPU s, peak MiB, output"""
    out = work / "out"
    with open(out, "wb") as f:
        begin = time.monotonic()
        pid = os.fork()
        if pid == 0:
            os.sched_setaffinity(0, cpus)
            os.dup2(f.fileno(), 1)
            os.dup2(f.fileno(), 2)
            try:
                os.execvp(argv[0], argv)
            finally:
                os._exit(127)
        _, status, use = os.wait4(pid, 0)
        wall = time.monotonic() - begin
    text = out.read_text(errors="replace")
    if status != 0:
        sys.exit(f"bench: {' '.join(map(str, argv))} failed:\n{text[-2000:]}")
    return wall, use.ru_utime + use.ru_stime, use.ru_maxrss / 1024, text


def alerts(directory):
    n = 0
    for line in open(directory / "eve.json", encoding="utf-8"):
        n += '"event_type":"alert"' in line
    return n


class Libpcap:
    name, cpus = "libpcap alone", ONE

    def once(self, capture):
        wall, cpu, rss, text = run([str(root / args.build / "bench/pcap_loop"), capture], ONE)
        return wall, cpu, rss, None, int(text.split()[0])


class Vigie:
    def __init__(self, name, rules, workers):
        self.name, self.rules, self.workers = name, rules, workers
        self.cpus = ONE if workers == 1 else TWO

    def once(self, capture):
        out = work / "vigie"
        shutil.rmtree(out, ignore_errors=True)
        out.mkdir()
        _, cpu, rss, _ = run([sensor, "-r", capture, "-S", self.rules, "-l", str(out), "--set",
                              f"workers={self.workers}", "--set", "rule.vars=EXTERNAL_NET=any"],
                             self.cpus)
        stats = json.loads((out / "stats.json").read_text())
        self.threads = stats["time"]
        return (stats["time"]["run_ns"] / 1e9, cpu, rss, alerts(out), stats["capture"]["frames"])


class Suricata:
    def __init__(self, name, rules):
        self.name, self.rules, self.cpus = name, rules, ONE
        self.yaml = work / "suricata.yaml"
        self.yaml.write_text(
            "%YAML 1.1\n---\ninclude: /etc/suricata/suricata.yaml\n"
            "outputs:\n  - eve-log:\n      enabled: yes\n      filetype: regular\n"
            "      filename: eve.json\n      types: [alert]\n")

    def once(self, capture):
        out = work / "suricata"
        shutil.rmtree(out, ignore_errors=True)
        out.mkdir()
        _, cpu, rss, _ = run(["suricata", "-c", str(self.yaml), "-r", capture, "-S", self.rules,
                              "-l", str(out), "-k", "none", "--runmode", "single", "--set",
                              "vars.address-groups.EXTERNAL_NET=any"], ONE)
        log = (out / "suricata.log").read_text() if (out / "suricata.log").exists() else ""
        wall = None
        m = re.search(r"time elapsed ([0-9.]+)s", log)
        if m:
            wall = float(m[1])
        return wall, cpu, rss, alerts(out), None


def matched_rules(path):
    """The rules of `path` that we match; Suricata then gets exactly these."""
    if path.endswith(".gz"):
        plain = work / "all.rules"
        plain.write_bytes(gzip.open(path).read())
        path = str(plain)
    out = str(work / "matched.rules")
    done = subprocess.run([sensor, "-T", "-S", path, "--write-matched", out], capture_output=True,
                          text=True)
    return out, (done.stdout.strip().splitlines() or ["?"])[-1]


def main():
    capture, what = make_capture()
    size = os.path.getsize(capture)
    empty = empty_capture()
    one_rule = work / "one.rules"
    one_rule.write_text('alert tcp any any -> any any (msg:"one"; content:"vigie-bench-needle"; '
                        'sid:1; rev:1;)\n')
    rules = args.rules
    found = sorted((shared / "data/rules").glob("*.rules.gz"))
    if not rules and found:
        rules = str(found[0])
    if not rules:
        rules = str(root / "signatures")
    rules, said = matched_rules(rules)

    jobs = [Libpcap(), Vigie("vigie, no rules, 1 worker", "none", 1),
            Vigie("vigie, no rules, 2 workers", "none", 2),
            Vigie("vigie, one rule, 1 worker", str(one_rule), 1),
            Vigie("vigie, one rule, 2 workers", str(one_rule), 2),
            Vigie("vigie, rules, 1 worker", rules, 1), Vigie("vigie, rules, 2 workers", rules, 2)]
    if shutil.which("suricata"):
        jobs += [Suricata("suricata, one rule", str(one_rule)), Suricata("suricata, rules", rules)]
    else:
        print("bench: no suricata here (./run bench --install-suricata)")

    open(capture, "rb").read()  # into the page cache
    start = {j.name: j.once(empty)[1] for j in jobs}
    rounds = {j.name: [] for j in jobs}
    for i in range(args.repeat):
        for j in jobs if i % 2 == 0 else reversed(jobs):
            rounds[j.name].append(j.once(capture))
    report(jobs, rounds, start, what, said, size)


def report(jobs, rounds, start, what, said, size):
    packets = rounds["libpcap alone"][0][4]
    for j in jobs:
        for r in rounds[j.name]:
            if r[4] not in (None, packets):
                sys.exit(f"bench: {j.name} saw {r[4]} packets, libpcap {packets}")
    wall = {n: statistics.median(r[0] for r in rs) for n, rs in rounds.items()}
    cpu = {n: max(1e-9, statistics.median(r[1] for r in rs) - start[n]) for n, rs in rounds.items()}
    rss = {n: max(r[2] for r in rs) for n, rs in rounds.items()}
    spread = {n: (max(r[0] for r in rs) - min(r[0] for r in rs)) / wall[n] for n, rs in rounds.items()}
    lines = [f"Capture: {what}; {packets} packets, {size / 1e6:.0f} MB. Rules: {said}. "
             f"Median of {args.repeat}; CPU time without the start.", "",
             "| engine | wall s | ± | Mpps | Gbit/s | CPU s | MiB | alerts | x libpcap wall |",
             "|---|---|---|---|---|---|---|---|---|"]
    for j in jobs:
        n = j.name
        found = rounds[n][0][3]
        lines.append(f"| {n} | {wall[n]:.3f} | {spread[n]:.0%} | {packets / wall[n] / 1e6:.2f} | "
                     f"{size * 8 / wall[n] / 1e9:.2f} | {cpu[n]:.3f} | {rss[n]:.0f} | "
                     f"{'' if found is None else found} | {wall['libpcap alone'] / wall[n]:.2f} |")
    lines.append("")
    for rule in ("one rule", "rules"):
        a, b = f"suricata, {rule}", f"vigie, {rule}, 1 worker"
        if a in wall:
            lines.append(f"Suricata / Vigie, {rule}, one core each: wall {wall[a] / wall[b]:.2f}, "
                         f"CPU {cpu[a] / cpu[b]:.2f}, memory {rss[a] / rss[b]:.2f}.")
    for rule in ("no rules", "one rule", "rules"):
        a, b = f"vigie, {rule}, 1 worker", f"vigie, {rule}, 2 workers"
        lines.append(f"1 → 2 workers, {rule}: wall {wall[a] / wall[b]:.2f} times as fast.")
    t = jobs[5].threads
    lines.append(f"Detect thread / worker CPU (rules, 1 worker): "
                 f"{t['detect_cpu_ns'] / max(1, sum(t['worker_cpu_ns'])):.3f}.")
    text = "\n".join(lines)
    print(text)
    if args.write:
        with open(root / "bench/results.md", "a", encoding="utf-8") as f:
            f.write(f"\n## {time.strftime('%Y-%m-%d')}, `./run bench`\n\n{text}\n")


try:
    main()
finally:
    shutil.rmtree(work, ignore_errors=True)
