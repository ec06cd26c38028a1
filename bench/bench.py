#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Measures the sensor beside libpcap alone and beside Suricata, in one run, and prints ratios.

bench.py BUILD [--rules FILE] [--repeat N] [--write] [CAPTURE]

Every program is pinned to one core (two workers: to two) and reads the same page-cached file. The
order of the programs is turned over each round, the median of the rounds counts, the spread is
said. Each run gives two pairs of times, wall and CPU:

  packets   from the moment at which the engine has loaded its rules to the moment at which the
            capture is read and its alerts are decided. The sensor says so itself (run_ns,
            run_cpu_ns in stats.json); Suricata's wall time is its own line "time elapsed", its CPU
            time is read off the process's clock when it says that it has started, and when it says
            that it stops. Nothing is subtracted that was measured in another run.
  process   what `time` gives: from the start of the program to its end.

--write appends the table to bench/results.md.
"""
import argparse
import collections
import gzip
import json
import os
import pathlib
import re
import shutil
import statistics
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
args = ap.parse_intermixed_args()  # "--rules FILE CAPTURE": options may stand between

root = pathlib.Path(__file__).resolve().parent.parent
shared = root.parent / "shared"
work = pathlib.Path(tempfile.mkdtemp(prefix="vigie-bench."))
sensor = str(root / args.build / "vigie-sensor")
cores = sorted(os.sched_getaffinity(0))
os.sched_setaffinity(0, {cores[0]})  # this program listens, beside what it measures
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


def run(argv, cpus, marks=()):
    """wall s, CPU s, peak MiB, output, and the process's CPU s when each of `marks` was printed"""
    begin = time.monotonic()
    from_child, to_parent = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.sched_setaffinity(0, cpus)
        os.dup2(to_parent, 1)
        os.dup2(to_parent, 2)
        try:
            os.execvp(argv[0], argv)
        finally:
            os._exit(127)
    os.close(to_parent)
    clock = (~pid << 3) | 2  # the CPU clock of that process: clock_getcpuclockid(3)
    text, at = "", {}
    with open(from_child, encoding="utf-8", errors="replace") as out:
        for line in out:
            for m in marks:
                if m in line:
                    at.setdefault(m, time.clock_gettime(clock))
            text += line
    _, status, use = os.wait4(pid, 0)
    wall = time.monotonic() - begin
    if status != 0 or len(at) != len(marks):
        sys.exit(f"bench: {' '.join(map(str, argv))} failed:\n{text[-2000:]}")
    return Run(wall, use.ru_utime + use.ru_stime, use.ru_maxrss / 1024, text, [at[m] for m in marks])


Run = collections.namedtuple("Run", "wall cpu rss text marks")
# packets and process: (wall s, CPU s)
Row = collections.namedtuple("Row", "packets process rss alerts frames")


def alerts(directory):
    n = 0
    for line in open(directory / "eve.json", encoding="utf-8"):
        n += '"event_type":"alert"' in line
    return n


class Libpcap:
    name, cpus = "libpcap alone", ONE

    def once(self, capture):
        r = run([str(root / args.build / "bench/pcap_loop"), capture], ONE)
        return Row((r.wall, r.cpu), (r.wall, r.cpu), r.rss, None, int(r.text.split()[0]))


class Vigie:
    def __init__(self, name, rules, workers):
        self.name, self.rules, self.workers = name, rules, workers
        self.cpus = ONE if workers == 1 else TWO

    def once(self, capture):
        out = work / "vigie"
        shutil.rmtree(out, ignore_errors=True)
        out.mkdir()
        r = run([sensor, "-r", capture, "-S", self.rules, "-l", str(out), "--set",
                 f"workers={self.workers}", "--set", "rule.vars=EXTERNAL_NET=any", "--set",
                 f"rule.cache={work}/cache"], self.cpus)
        stats = json.loads((out / "stats.json").read_text())
        self.threads = stats["time"]
        packets = (stats["time"]["run_ns"] / 1e9, stats["time"]["run_cpu_ns"] / 1e9)
        return Row(packets, (r.wall, r.cpu), r.rss, alerts(out), stats["capture"]["frames"])


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
        r = run(["suricata", "-c", str(self.yaml), "-r", capture, "-S", self.rules, "-l", str(out),
                 "-k", "none", "--runmode", "single", "--set",
                 "vars.address-groups.EXTERNAL_NET=any"], ONE, ("Engine started", "Stopping engine"))
        log = (out / "suricata.log").read_text() if (out / "suricata.log").exists() else ""
        m = re.search(r"time elapsed ([0-9.]+)s", log)
        if not m:
            sys.exit("bench: suricata.log says no \"time elapsed\"")
        packets = (float(m[1]), r.marks[1] - r.marks[0])
        return Row(packets, (r.wall, r.cpu), r.rss, alerts(out), None)


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
    # The first run with new rules compiles them, which Suricata does each time: said, not counted.
    first = {j.name: j.once(capture) for j in jobs if isinstance(j, Vigie) and j.workers == 1}
    rounds = {j.name: [] for j in jobs}
    for i in range(args.repeat):
        for j in jobs if i % 2 == 0 else reversed(jobs):
            rounds[j.name].append(j.once(capture))
    report(jobs, rounds, first, what, said, size)


def median(rows, which, i):
    return statistics.median(getattr(r, which)[i] for r in rows)


def report(jobs, rounds, first, what, said, size):
    packets = rounds["libpcap alone"][0].frames
    for j in jobs:
        for r in rounds[j.name]:
            if r.frames not in (None, packets):
                sys.exit(f"bench: {j.name} saw {r.frames} packets, libpcap {packets}")
    wall, cpu, all_wall, all_cpu = ({n: median(rs, which, i) for n, rs in rounds.items()}
                                    for which in ("packets", "process") for i in (0, 1))
    rss = {n: max(r.rss for r in rs) for n, rs in rounds.items()}
    lines = [f"Capture: {what}; {packets:,} packets, {size / 1e6:.0f} MB. Rules: {said}. Median of "
             f"{args.repeat}, ± (most - least) / median of the wall time. *Packets*: from rules "
             "loaded to capture read. *Process*: from start to end, as `time` gives it.", "",
             "| engine | packets: wall s | ± | CPU s | Mpps | Gbit/s | process: wall s | CPU s | "
             "MiB | alerts | x libpcap wall |", "|---" * 11 + "|"]
    for j in jobs:
        n = j.name
        each = [r.packets[0] for r in rounds[n]]
        found = rounds[n][0].alerts
        lines.append(f"| {n} | {wall[n]:.3f} | {(max(each) - min(each)) / wall[n]:.0%} | {cpu[n]:.3f} | "
                     f"{packets / wall[n] / 1e6:.2f} | {size * 8 / wall[n] / 1e9:.2f} | "
                     f"{all_wall[n]:.3f} | {all_cpu[n]:.3f} | {rss[n]:.0f} | "
                     f"{'' if found is None else found} | {wall['libpcap alone'] / wall[n]:.2f} |")
    lines.append("")
    for rule in ("one rule", "rules"):
        a, b = f"suricata, {rule}", f"vigie, {rule}, 1 worker"
        if a in wall:
            lines.append(f"Suricata / Vigie, {rule}, one core each: packets wall {wall[a] / wall[b]:.2f}, "
                         f"CPU {cpu[a] / cpu[b]:.2f}; whole process wall {all_wall[a] / all_wall[b]:.2f}, "
                         f"CPU {all_cpu[a] / all_cpu[b]:.2f}; memory {rss[a] / rss[b]:.2f}.")
    cold = first["vigie, rules, 1 worker"].process
    lines.append(f"Vigie's first run with these rules, nothing in its cache: whole process wall "
                 f"{cold[0]:.2f}, CPU {cold[1]:.2f} s.")
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
