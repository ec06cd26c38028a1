#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""-T and a run give one verdict: exit 78, the same sentence, and -T leaves sockets alone.

precheck.py SENSOR
"""
import pathlib
import socket
import subprocess
import sys
import tempfile

sensor = str(pathlib.Path(sys.argv[1]).resolve())
root = pathlib.Path(__file__).resolve().parent.parent
capture = str(next((root / "golden").glob("*/input.pcap")))
BAD = [("detect.disable=scn", "did you mean 'scan'"),
       ("publish.pub=banana", "banana"),
       ("publish.rep=ipc://here", "absolute path"),
       ("publish.pub=tcp://192.0.2.1:5000", "neither encrypted"),
       ("publish.sensor=a b", "sensor id"),
       ("metrics.listen=0.0.0.0:9477", "loopback"),
       ("geo.databases=/nonexistent", "/nonexistent"),
       ("rule.files=/nonexistent.rules", "/nonexistent.rules"),
       ("cpus=banana", "no CPU"),
       ("capture.source=banana", "there is no source"),
       ("capture.dedup=banana", "there is no 'banana'"),
       ("evidence.enabled=yes", "no directory"),
       ("capture.workers=4", "follows from workers"),
       ("detect.assets=10.0.0.1=dc", "follows from assets")]
bad = 0


def check(ok, what):
    global bad
    bad += not ok
    print(f"{'ok' if ok else 'FAILED'} {what}")


def run(*args):
    done = subprocess.run([sensor, "-r", capture, *args], capture_output=True, text=True, timeout=120)
    return done.returncode, done.stderr


for setting, words in BAD:
    rules = [] if setting.startswith("rule.files") else ["-S", "none"]
    asked, ran = run(*rules, "-T", "--set", setting), run(*rules, "--set", setting)
    check(asked[0] == ran[0] == 78 and asked[1] == ran[1] and words in asked[1],
          f"{setting}: -T {asked}, a run {ran}")

with tempfile.TemporaryDirectory() as tmp:
    check(run("-T", "-S", "none")[0] == run("-S", "none")[0] == 0, "no rules are no mistake")
    rules = pathlib.Path(tmp) / "lua.rules"
    rules.write_text('alert tcp any any -> any any (msg:"script"; lua:x.lua; sid:1;)\n')
    code, said = run("-T", "-S", str(rules))
    check(code == 78 and "none of the 1 rules can be matched" in said, f"no rule can be matched: {code} {said}")
    path = tmp + "/pub.sock"
    with socket.socket(socket.AF_UNIX) as s:
        s.bind(path)
        s.listen(1)
        code, said = run("-T", "-S", "none", "--set", f"publish.pub=ipc://{path}")
        check(code == 0, f"-T beside the sensor that runs: {code} {said}")
    code, said = run("-T", "-S", "none", "--set", f"publish.pub=ipc://{path}")
    check(code == 0 and pathlib.Path(path).exists(), "-T leaves a socket's file alone")
sys.exit(bad > 0)
