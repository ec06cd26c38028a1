#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Evidence from files and live: evidence.py SENSOR"""
import hashlib
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time

GOLDEN = pathlib.Path(__file__).resolve().parent.parent / "golden"
SENSOR = os.path.abspath(sys.argv[1])
failures = 0


def check(ok, what):
    global failures
    if not ok:
        failures += 1
        print("FAILED", what)


def sensor(*args, ok=True):
    r = subprocess.run([SENSOR, *map(str, args)], capture_output=True, text=True)
    if ok:
        check(r.returncode == 0, f"{args}: exit {r.returncode}: {r.stderr[-400:]}")
    return r


def events(path):
    return [json.loads(line) for line in path.read_text().splitlines()]


def tree(folder):
    return {p.name: p.read_bytes() for p in sorted(folder.iterdir())} if folder.is_dir() else {}


def key(e):
    a = e["alert"]
    return a["gid"], a["signature_id"], e["timestamp"], e["src_ip"], e["dest_ip"], e.get("flow_id")


def one_case(case, work):
    rules = case / "test.rules"
    args = ["-r", case / "input.pcap", "-S", rules if rules.exists() else "none"]
    outs = []
    for workers in 1, 2, 4:
        out = work / f"{case.name}-{workers}"
        sensor(*args, "-l", out, "--set", f"workers={workers}", "--set", "evidence.enabled=yes")
        outs.append(((out / "eve.json").read_bytes(), tree(out / "evidence")))
    check(outs[0] == outs[1] == outs[2], f"{case.name}: workers differ")

    plain = work / f"{case.name}-off"
    sensor(*args, "-l", plain)
    check(not (plain / "evidence").exists(), f"{case.name}: off from a file unless asked for")
    out = work / f"{case.name}-1"
    told = {e["evidence_id"]: e["evidence_file"] for e in events(out / "eve.json")
            if e["event_type"] == "evidence"}
    rest = [e for e in events(out / "eve.json") if e["event_type"] != "evidence"]
    named = {}
    for e in rest:
        if e["event_type"] == "alert" and "evidence_id" in e:
            named.setdefault(e.pop("evidence_id"), []).append(e)
    check(rest == events(plain / "eve.json"), f"{case.name}: evidence changes other events")
    check(set(named) == set(told), f"{case.name}: ids named {set(named)}, told {set(told)}")
    for name, file in told.items():
        read_back(case, args, out, name, file, named.get(name, []), work)
    return len(told)


def read_back(case, args, out, name, file, alerts, work):
    what = f"{case.name} {name}"
    path = out / "evidence" / file["name"]
    check(file["state"] == "kept" and file["before"] == file["after"] == "complete", f"{what}: {file}")
    body = path.read_bytes()
    check(hashlib.sha256(body).hexdigest() == file["sha256"] and len(body) == file["bytes"],
          f"{what}: not the bytes that were told")
    again = work / f"{case.name}-{name}-again"
    sensor("-r", path, *args[2:], "-l", again)
    seen = {key(e)[:5] for e in events(again / "eve.json") if e["event_type"] == "alert"}
    # A rule on a tunnel's outside matches once an inner flow: of the frames kept, perhaps another one.
    outside = {k[:2] + k[3:] for k in seen}
    for e in alerts:
        if e["alert"]["gid"] == 1 and not threshold(case):
            k = key(e)[:5]
            there = k in seen if "flow_id" in e else k[:2] + k[3:] in outside
            check(there, f"{what}: read back, {key(e)} is not among {seen}")
    for tool in ("tshark", "-r"), ("capinfos", "-c"):
        if shutil.which(tool[0]):
            r = subprocess.run([*tool, path], capture_output=True, text=True)
            check(r.returncode == 0, f"{what}: {tool[0]}: {r.stderr[-200:]}")
    if shutil.which("tshark"):
        r = subprocess.run(["tshark", "-r", path, "-T", "fields", "-e", "frame.comment"],
                           capture_output=True, text=True)
        check(len(r.stdout.splitlines()) == file["frames"], f"{what}: tshark counts other frames")
        marked = [e for e in alerts if e["alert"]["gid"] == 1 and "flow_id" in e]
        check(not marked or f"vigie evidence {name}: alert 1:" in r.stdout, f"{what}: no comment")


def threshold(case):
    """What came before in other flows decides there, and is not among the frames kept."""
    rules = case / "test.rules"
    return rules.exists() and any(w in rules.read_text() for w in ("threshold", "xbits", "hostbits"))


def from_files(work):
    cases = [c for c in sorted(GOLDEN.iterdir()) if (c / "input.pcap").exists()]
    # Of those that are many and alike, every tenth.
    many = [c for c in cases if c.name.startswith(("range_", "sig-"))]
    cases = [c for c in cases if c not in many] + many[::10]
    n = sum(one_case(c, work) for c in cases)
    check(n >= 8, f"only {n} files of evidence from {len(cases)} golden cases")
    print(f"ok {n} files of evidence from {len(cases)} golden cases")


def limits(work):
    case = GOLDEN / "thresholds"
    args = ["-r", case / "input.pcap", "-S", case / "test.rules", "--set", "evidence.enabled=yes"]
    out = work / "again"
    (out / "evidence").mkdir(parents=True)
    (out / "evidence" / "000099.pcapng").write_bytes(b"of the run before")
    sensor(*args, "-l", out, "--set", "evidence.before_s=0", "--set", "evidence.after_s=0")
    check(not (out / "evidence/000099.pcapng").exists(), "a run begins anew")
    small = [e["evidence_file"] for e in events(out / "eve.json") if e["event_type"] == "evidence"]
    check(small and all(f["first"] == f["last"] for f in small), f"no seconds around: {small}")
    r = sensor("-r", "-", "-S", "none", "-l", work / "x", "--set", "evidence.enabled=yes", ok=False)
    check(r.returncode != 0 and "twice" in r.stderr, f"a stream cannot be read twice: {r.stderr}")
    r = sensor("-r", case / "input.pcap", "-S", "none", "--set", "evidence.enabled=yes", ok=False)
    check(r.returncode != 0 and "evidence has no directory" in r.stderr, f"no directory: {r.stderr}")
    r = sensor("-r", case / "input.pcap", "-S", "none", "--set", f"geo.databases={case}/input.pcap",
               ok=False)
    check(r.returncode != 0 and "is broken: no metadata" in r.stderr, f"geo: {r.stderr}")
    print("ok limits and mistakes")


def rep(address, text):
    r = subprocess.run(["nngcat", "--req", "--dial", address, "--data", text, "--raw",
                        "--recv-timeout", "5"], capture_output=True)
    return r.stdout


def fetch(address, name):
    body = b""
    while True:
        head, _, piece = rep(address, f"evidence {name} {len(body)}").partition(b"\n")
        if not head.startswith(b"ok ") or not piece:
            return body, head
        body += piece


def live(work):
    if os.geteuid() != 0 or not shutil.which("ip") or not shutil.which("ping"):
        print("SKIP: the live part needs root, ip and ping")
        return
    ns = f"vigie-ev-{os.getpid()}"
    run = lambda *a: subprocess.run(a, check=True, capture_output=True)
    out, proc = work / "live", None
    run("ip", "netns", "add", ns)
    try:
        for n in ns, ns + "b":
            if n != ns:
                run("ip", "netns", "add", n)
            run("ip", "-n", n, "link", "set", "lo", "up")
        run("ip", "-n", ns, "link", "add", "v0", "type", "veth", "peer", "name", "v1", "netns", ns + "b")
        for n, dev, ip in (ns, "v0", "10.99.0.1/24"), (ns + "b", "v1", "10.99.0.2/24"):
            run("ip", "-n", n, "addr", "add", ip, "dev", dev)
            run("ip", "-n", n, "link", "set", dev, "up")
        rules = work / "ping.rules"
        rules.write_text('alert icmp any any -> any any (msg:"a large ping"; itype:8; '
                         'dsize:>500; sid:1; rev:1;)\n')
        address = f"ipc://{work}/rep"
        proc = subprocess.Popen(
            ["ip", "netns", "exec", ns, SENSOR, "-i", "v0", "-S", rules, "-l", out, "--set",
             "capture.source=live", "--set", "workers=2", "--set", "evidence.after_s=1", "--set",
             f"publish.journal_dir={work}/journal", "--set", f"publish.rep={address}"],
            stderr=subprocess.PIPE, text=True)
        for _ in range(300):
            if (out / "eve.json").exists():
                break
            time.sleep(0.1)
        time.sleep(1)
        ping = lambda *a: subprocess.run(["ip", "netns", "exec", ns, "ping", "-i", "0.2", *a,
                                          "10.99.0.2"], capture_output=True)
        ping("-c", "5")
        ping("-c", "1", "-s", "600")
        ping("-c", "3")
        told = []
        for _ in range(100):
            told = [e for e in events(out / "eve.json") if e["event_type"] == "evidence"]
            if told:
                break
            time.sleep(0.1)
        check(len(told) == 1, f"live: {len(told)} events of evidence")
        alerts = [e for e in events(out / "eve.json") if e["event_type"] == "alert"]
        if told and alerts:
            name, file = told[0]["evidence_id"], told[0]["evidence_file"]
            check(alerts[0].get("evidence_id") == name, "live: the alert names it")
            check(name == f"{alerts[0]['sensor_epoch']}-{alerts[0]['sensor_seq']}", "live: its id")
            check(file["state"] == "kept" and file["before"] == "complete", f"live: {file}")
            check(file["frames"] >= 16, f"live: {file['frames']} frames of 18")
            if shutil.which("nngcat"):
                body, _ = fetch(address, name)
                check(hashlib.sha256(body).hexdigest() == file["sha256"], "live: REP's bytes")
                check(rep(address, "evidence nobody 0") == b"error no such evidence\n", "live: none")
            again = work / "live-again"
            sensor("-r", out / "evidence" / file["name"], "-S", rules, "-l", again)
            seen = [e for e in events(again / "eve.json") if e["event_type"] == "alert"]
            check(len(seen) == 1 and seen[0]["src_ip"] == "10.99.0.1", "live: read back")
        print("ok live")
    finally:
        if proc:
            proc.send_signal(signal.SIGTERM)
            try:
                _, err = proc.communicate(timeout=20)
                check(proc.returncode == 0, f"live: exit {proc.returncode}: {err[-400:]}")
            except subprocess.TimeoutExpired:
                proc.kill()
                check(False, "live: it does not end")
        for n in ns, ns + "b":
            subprocess.run(["ip", "netns", "del", n], capture_output=True)


def main():
    with tempfile.TemporaryDirectory(prefix="vigie-evidence-") as folder:
        work = pathlib.Path(folder)
        from_files(work)
        limits(work)
        live(work)
    print("FAILED" if failures else "all good")
    return 1 if failures else 0


sys.exit(main())
