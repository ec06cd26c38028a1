#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""kill -9 of the sensor or the collector at any moment, ROUNDS times, while alerts flow.

kill9.py BUILD [ROUNDS]

A feeder writes packets into the sensor's standard input, each one an alert with a number of its own. At
random moments the sensor or the collector is killed and started again. At the end the collector
catches up, and a second collector with an empty database fetches the whole journal (which keeps
everything, because that one had never acknowledged). Held: both databases have the same events to
the byte; no (sensor, epoch, seq) twice; within an epoch the numbers have no hole; whatever a
subscriber saw is in the journal.
"""
import os
import pathlib
import random
import shutil
import signal
import sqlite3
import struct
import subprocess
import sys
import tempfile
import threading
import time

build = pathlib.Path(sys.argv[1]).resolve()
rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 100
work = pathlib.Path(tempfile.mkdtemp(prefix="vigie-kill9."))
rnd = random.Random(int(os.environ.get("SEED", "0")) or None)
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "golden"))
from craft import udp  # noqa: E402

(work / "test.rules").write_text('alert udp any any -> any 9999 (msg:"numbered"; '
                                 'content:"needle"; sid:1; rev:1;)\n')
PUB, REP = f"ipc://{work}/pub.sock", f"ipc://{work}/rep.sock"
log = open(work / "log", "wb")
number = 0
stop = threading.Event()


def frames(n):
    global number
    out = b""
    for _ in range(n):
        number += 1
        frame = udp(f"10.2.{number >> 16 & 255}.{number >> 8 & 255}", "10.1.0.9", 1024 + number % 60000,
                    9999, b"needle %d" % number)
        now = time.time()
        out += struct.pack("<IIII", int(now), int(now % 1 * 1e6), len(frame), len(frame)) + frame
    return out


def feed(pipe):
    try:
        pipe.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1))
        while not stop.is_set():
            pipe.write(frames(20))
            pipe.flush()
            time.sleep(0.005)
        pipe.close()
    except (BrokenPipeError, ValueError, OSError):
        pass


def sensor():
    p = subprocess.Popen([build / "vigie-sensor", "-r", "-", "-S", work / "test.rules",
                          "--set", f"publish.journal_dir={work}/journal",
                          "--set", f"publish.pub={PUB}", "--set", f"publish.rep={REP}",
                          "--set", "publish.collectors=one,truth", "--set", "publish.sensor=kill9",
                          "--set", "publish.linger_s=60"],
                         stdin=subprocess.PIPE, stdout=log, stderr=log)
    threading.Thread(target=feed, args=(p.stdin,), daemon=True).start()
    return p


def collector(name):
    return subprocess.Popen([build / "vigie-collector", "--dir", work / name,
                             "--set", f"sensors=kill9={PUB} {REP}", "--set", f"id={name}"],
                            stdout=log, stderr=log)


def rows(name):
    db = sqlite3.connect(f"file:{work}/{name}/collector.db?mode=ro", uri=True, timeout=10)
    got = db.execute("SELECT sensor, epoch, seq, json FROM events ORDER BY 1, 2, 3").fetchall()
    gaps = db.execute("SELECT count(*) FROM gaps").fetchone()[0]
    db.close()
    return got, gaps


def settle(name, at_least=0):
    last, same = -1, 0
    until = time.time() + 90
    while time.time() < until and same < 8:
        time.sleep(0.25)
        try:
            n = len(rows(name)[0])
        except sqlite3.Error:
            n = -1
        same = same + 1 if n == last and n >= at_least else 0
        last = n
    return rows(name)


def check(one, gaps_one, truth, gaps_truth, seen):
    bad = []
    if len({r[:3] for r in truth}) != len(truth):
        bad.append("an identity twice in the journal")
    if one != truth:
        bad.append(f"collector has {len(one)} events, journal {len(truth)}; "
                   f"missing {len(set(truth) - set(one))}, more {len(set(one) - set(truth))}")
    if gaps_one or gaps_truth:
        bad.append(f"{gaps_one}, {gaps_truth} gaps")
    by_epoch = {}
    for _, epoch, seq, _ in truth:
        by_epoch.setdefault(epoch, []).append(seq)
    for epoch, seqs in by_epoch.items():
        if seqs != list(range(1, len(seqs) + 1)):
            bad.append(f"epoch {epoch} has a hole")
    lost = seen - {r[3].strip() for r in truth}
    if lost:
        bad.append(f"{len(lost)} events that a subscriber saw are not in the journal")
    return bad, len(by_epoch)


def main():
    seen = set()
    (work / "one").mkdir()
    (work / "truth").mkdir()
    s, c = sensor(), collector("one")
    while not (work / "pub.sock").exists():
        time.sleep(0.01)
    time.sleep(0.1)
    listener = subprocess.Popen(["nngcat", "--sub", "--dial", PUB, "--subscribe", "alert.", "--raw"],
                                stdout=subprocess.PIPE, stderr=log)

    def listen():
        for line in listener.stdout:
            if line.startswith(b"{"):
                seen.add(line.decode().strip())

    threading.Thread(target=listen, daemon=True).start()
    kills = {"sensor": 0, "collector": 0}
    for _ in range(rounds):
        time.sleep(rnd.uniform(0.02, 0.35))
        who = rnd.choice(("sensor", "collector", "sensor"))
        p = s if who == "sensor" else c
        if p.poll() is not None:
            print(f"FAILED: the {who} had ended by itself: {p.returncode}")
            return 1
        p.send_signal(signal.SIGKILL)
        p.wait()
        kills[who] += 1
        if who == "sensor":
            s = sensor()
        else:
            c = collector("one")
    time.sleep(1)
    stop.set()
    one, gaps_one = settle("one", 1)
    t = collector("truth")
    truth, gaps_truth = settle("truth", len(one))
    for p in (t, c, s, listener):
        p.terminate()
        try:
            p.wait(10)
        except subprocess.TimeoutExpired:
            p.kill()
    bad, epochs = check(one, gaps_one, truth, gaps_truth, seen)
    print(f"{kills['sensor']} kills of the sensor, {kills['collector']} of the collector; {number} packets, "
          f"{len(truth)} alerts in the journal in {epochs} epochs, {len(one)} in the collector, "
          f"{len(seen)} seen by a stock nngcat")
    if len(truth) < 10 * rounds or not seen:
        bad.append("too little happened for this to prove anything")
    for b in bad:
        print("FAILED:", b)
    return bool(bad)


code = 1
try:
    code = main()
finally:
    log.close()
    if code:
        print((work / "log").read_text(errors="replace")[-3000:])
    shutil.rmtree(work, ignore_errors=True)
sys.exit(code)
