#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The mirror at the highest rate this machine can send, for a while: nothing lost without a counter, memory
flat. In namespaces of its own; root only.

soak.py BUILD [SECONDS] [--source live|dpdk] [--workers N] [--pps N]

Held: frames that entered the mirror port = frames the sensor saw + frames it (or the kernel before it)
counted as lost; the sensor's resident memory does not grow after its first fifth.
"""
import argparse
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time

from latency import Net, root

ap = argparse.ArgumentParser()
ap.add_argument("build")
ap.add_argument("seconds", nargs="?", type=int, default=600)
ap.add_argument("--source", default="live")
ap.add_argument("--workers", default="1")
ap.add_argument("--pps", default="0")
args = ap.parse_args()
build = (root / args.build).resolve()


def rss_kib(pid):
    for line in open(f"/proc/{pid}/status", encoding="ascii"):
        if line.startswith("VmRSS"):
            return int(line.split()[1])
    return 0


def counter(net, name):
    out = subprocess.run(net.on("sen") + ["cat", f"/sys/class/net/span0/statistics/{name}"],
                         capture_output=True, text=True, check=True).stdout
    return int(out)


def main():
    work = pathlib.Path(tempfile.mkdtemp(prefix="vigie-soak."))
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(130))
    net, sensor = None, None
    try:
        capture = work / "mix.pcap"
        subprocess.run([sys.executable, root / "bench/mkcorpus.py", capture, "20"], check=True)
        net = Net()
        log = open(work / "log", "wb")
        sensor = subprocess.Popen(net.on("sen") + [
            build / "vigie-sensor", "-i", "span0", "-l", work, "--set", f"capture.source={args.source}",
            "--set", f"workers={args.workers}"], stdout=log, stderr=log)
        time.sleep(3)
        before = counter(net, "rx_packets")
        blast = subprocess.Popen(net.on("ws1") + [build / "bench/blast", "eth0", capture,
                                                  str(args.seconds), args.pps],
                                 stdout=subprocess.PIPE, text=True)
        memory = []
        while blast.poll() is None:
            time.sleep(1)
            memory.append(rss_kib(sensor.pid))
        sent, _, took = blast.stdout.read().split()
        time.sleep(2)
        after = counter(net, "rx_packets")
        sensor.terminate()
        sensor.wait(30)
        print((work / "log").read_text(errors="replace")[-600:])
        return judge(json.loads((work / "stats.json").read_text())["capture"], int(sent),
                     float(took), after - before, memory)
    finally:
        if sensor:
            sensor.kill()
        if net:
            net.down()
        shutil.rmtree(work, ignore_errors=True)


def judge(c, sent, took, mirrored, memory):
    lost = {k: v for k, v in c["lost"].items() if k in ("nic", "ring")}
    known = None not in lost.values()
    said = sum(v or 0 for v in lost.values())
    fifth = memory[len(memory) // 5]
    grown = memory[-1] - fifth
    print(f"{sent} frames sent in {took:.0f} s ({sent / took / 1e6:.3f} Mpps); {mirrored} reached the "
          f"mirror port; sensor saw {c['frames']}, counted lost {lost}; "
          f"memory {memory[0]} → {fifth} (a fifth) → {memory[-1]} KiB")
    # The office's own few frames (ARP and the like) come on top.
    unexplained = mirrored - c["frames"] - said
    print(f"unexplained: {unexplained} frames of {mirrored}")
    good = known and abs(unexplained) <= 50 and grown < max(2048, fifth // 50)
    print("ok" if good else "FAILED")
    return 0 if good else 1


if os.geteuid() != 0:
    sys.exit("soak: needs root (namespaces)")
sys.exit(main())
