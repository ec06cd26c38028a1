#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Measures the whole way on a live mirror port, in namespaces of its own. Root only.

latency.py BUILD [ALERTS] [HOSTS]

1. deciding packet → alert at a subscriber: ALERTS (1000) packets, each an alert, sent one every
   5 ms into the switch; a stock `nngcat --sub` receives.
2. deciding packet → insulated: HOSTS (50) hosts (a MAC each) announce themselves by ARP, then send one
   packet that an opted-in class of signature matches; the collector insulates each by itself
   (nft-bridge) and reads it back.
3. the machine's own fsync: 4 KiB appended, 300 times, in the same directory.

Two clocks are said for each: from the sensor's time stamp of the packet, and from the moment the
sender called send().
"""
import json
import os
import pathlib
import shutil
import signal
import socket
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import threading
import time

root = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(root / "tests/golden"))
from craft import arp, udp  # noqa: E402


def sender():
    """latency.py send KIND COUNT GAP_MS: in the namespace of ws1; prints "PORT SEND_TIME" lines."""
    kind, count, gap = sys.argv[2], int(sys.argv[3]), float(sys.argv[4]) / 1000
    s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
    s.bind(("eth0", 0))
    for i in range(count):
        if kind == "alerts":
            frame = udp("10.77.0.31", "10.77.0.20", 2000 + i, 9998, b"latency-needle",
                        dmac=bytes.fromhex("027700000020"), smac=bytes.fromhex("027700000031"))
        else:
            ip, mac = f"10.77.0.{100 + i}", bytes.fromhex(f"0277000001{i:02x}")
            s.send(arp(1, ip, ip, mac))
            time.sleep(.3)
            frame = udp(ip, "10.77.0.20", 2000 + i, 9999, b"latency-needle", smac=mac,
                        dmac=bytes.fromhex("027700000020"))
        now = time.time()
        s.send(frame)
        print(2000 + i, f"{now:.6f}", flush=True)
        time.sleep(gap)


def quantile(values, q):
    values = sorted(values)
    return values[min(len(values) - 1, int(q * len(values)))]


def say(what, values):
    print(f"{what}: n {len(values)}, p50 {statistics.median(values):.1f} ms, "
          f"p99 {quantile(values, .99):.1f} ms, max {max(values):.1f} ms", flush=True)


def fsyncs(folder):
    took = []
    with open(folder / "fsync", "ab", buffering=0) as f:
        for _ in range(300):
            f.write(bytes(4096))
            begin = time.monotonic()
            os.fdatasync(f.fileno())
            took.append((time.monotonic() - begin) * 1000)
    return took


class Net:
    def __init__(self):
        self.id = f"vl{os.getpid()}"
        self.sh("net_up")

    def sh(self, text):
        subprocess.run(["sh", "-ec", f"NET_ID={self.id}; . {root}/tests/range/net.sh; {text}"],
                       check=True)

    def on(self, name):
        return ["ip", "netns", "exec", f"{self.id}-{name}"]

    def down(self):
        self.sh("net_down")


def packet_time(event):
    text = event["timestamp"]
    whole = time.mktime(time.strptime(text[:19], "%Y-%m-%dT%H:%M:%S")) - time.timezone
    return whole + float(text[19:26])


def measure(build, n_alerts, n_hosts, net, work, running):
    (work / "test.rules").write_text(
        'alert udp any any -> any 9998 (msg:"latency"; content:"latency-needle"; sid:1; rev:1;)\n'
        'alert udp any any -> any 9999 (msg:"latency, opted in"; content:"latency-needle"; '
        'metadata:family ransomware; sid:2; rev:1;)\n')
    pub, rep = f"ipc://{work}/pub.sock", f"ipc://{work}/rep.sock"
    log = open(work / "log", "wb")
    start = lambda argv, **kw: running.append(subprocess.Popen(argv, stderr=log, **kw))  # noqa: E731
    start(net.on("sen") + [build / "vigie-sensor", "-i", "span0", "-S", work / "test.rules",
          "--set", "capture.source=dpdk", "--set", f"publish.journal_dir={work}/journal",
          "--set", f"publish.pub={pub}", "--set", f"publish.rep={rep}"], stdout=log)
    start([build / "vigie-collector", "--dir", work, "--set", f"isolate.dir={build}",
           "--set", "isolate.mode=auto", "--set", "isolate.auto_families=ransomware",
           "--set", "isolate.auto_single_evidence=ransomware", "--set", "isolate.isolator=nft-bridge",
           "--set", f"isolate.params=nft-bridge.netns={net.id}-sw", "--set", "isolate.rate_max=1000",
           "--set", "isolate.host_percent=100",
           # all hosts sit behind one port here: an uplink, to the rail that guards those
           "--set", "isolate.uplink_max=60"], stdout=log)
    while not (work / "pub.sock").exists():
        time.sleep(.05)
    time.sleep(1)
    start(["nngcat", "--sub", "--dial", pub, "--subscribe", "alert.", "--raw"],
          stdout=subprocess.PIPE)
    seen = {}

    def listen(pipe):
        for line in pipe:
            now = time.time()
            if line.startswith(b"{"):
                e = json.loads(line)
                seen.setdefault(e["src_port"], (now, packet_time(e)))

    threading.Thread(target=listen, args=(running[-1].stdout,), daemon=True).start()
    time.sleep(1)

    def send(kind, count, gap):
        out = subprocess.run(net.on("ws1") + [sys.executable, __file__, "send", kind, str(count), str(gap)],
                             capture_output=True, text=True, check=True).stdout
        return {int(p): float(t) for p, t in (line.split() for line in out.splitlines())}

    sent = send("alerts", n_alerts, 5)
    time.sleep(1)
    got = {p: seen[p] for p in sent if p in seen}
    print(f"{len(sent)} packets sent, {len(got)} alerts at the subscriber")
    say("packet's time stamp → alert at a subscriber", [(a - t) * 1000 for a, t in got.values()])
    say("send() → alert at a subscriber", [(got[p][0] - sent[p]) * 1000 for p in got])

    sent = send("hosts", n_hosts, 100)
    time.sleep(3)
    db = sqlite3.connect(f"file:{work}/collector.db?mode=ro", uri=True)
    done = {}
    for (text,) in db.execute("SELECT body FROM isolations"):
        x = json.loads(text)
        if x.get("effect") == "effective":
            done[x["addrs"][0]] = x["verified_ns"] / 1e9
    events = {r[0]: r[1] / 1e9 for r in db.execute("SELECT host, time_ns FROM events WHERE sid = 2")}
    ports = {f"10.77.0.{100 + i}": 2000 + i for i in range(n_hosts)}
    both = [h for h in done if h in events and ports.get(h) in sent]
    print(f"{len(sent)} hosts, {len(both)} insulated and read back")
    say("packet's time stamp → insulated", [(done[h] - events[h]) * 1000 for h in both])
    say("send() → insulated", [(done[h] - sent[ports[h]]) * 1000 for h in both])
    say("the machine's own fdatasync", fsyncs(work))
    return len(got) >= .999 * n_alerts and len(both) == n_hosts


def main():
    if os.geteuid() != 0:
        sys.exit("latency: needs root (namespaces)")
    build = (root / sys.argv[1]).resolve()
    n_alerts = int(sys.argv[2]) if len(sys.argv) > 2 else 1000
    n_hosts = int(sys.argv[3]) if len(sys.argv) > 3 else 50
    work = pathlib.Path(tempfile.mkdtemp(prefix="vigie-latency."))
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(130))
    running, net, good = [], None, False
    try:
        net = Net()
        good = measure(build, n_alerts, n_hosts, net, work, running)
    finally:
        for p in running:
            p.kill()
            p.wait()
        if net:
            net.down()
        if not good and (work / "log").exists():
            print((work / "log").read_text(errors="replace")[-3000:])
        shutil.rmtree(work, ignore_errors=True)
    return 0 if good else 1


if __name__ == "__main__":
    if sys.argv[1] == "send":
        sender()
    else:
        sys.exit(main())
