#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Metrics, telemetry, service manager, privileges: ops.py SENSOR

Without root what needs an interface is left out, and said. Under a sanitizer, which makes system
calls of its own, seccomp is left out.
"""
import contextlib
import json
import os
import pathlib
import pwd
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

sensor = str(pathlib.Path(sys.argv[1]).resolve())
golden = pathlib.Path(__file__).resolve().parent.parent / "golden"
root = os.geteuid() == 0
asan = "libasan" in subprocess.run(["ldd", sensor], capture_output=True, text=True).stdout
bad = checks = 0


def check(good, what):
    global bad, checks
    checks += 1
    bad += not good
    print(f"{'ok    ' if good else 'FAILED'} {what}")
    return good


def eve(out, capture, *sets):
    argv = [sensor, "-r", str(capture), "-l", str(out)]
    for s in sets:
        argv += ["--set", s]
    done = subprocess.run(argv, capture_output=True, text=True, timeout=120)
    path = pathlib.Path(out, "eve.json")
    return done.returncode, path.read_bytes() if path.exists() else b"", done.stderr


class Running:
    """The sensor in the background; its log grows in .log(). Left with TERM."""

    def __init__(self, tmp, *argv, stdin=None, env=None):
        self.out = open(pathlib.Path(tmp, "log"), "w+b")
        self.p = subprocess.Popen([sensor, *argv], stdin=stdin, stdout=subprocess.DEVNULL,
                                  stderr=self.out, env={**os.environ, **(env or {})})

    def log(self):
        return pathlib.Path(self.out.name).read_text(errors="replace")

    def wait_for(self, pattern, seconds=20):
        until = time.monotonic() + seconds
        while time.monotonic() < until and self.p.poll() is None:
            if m := re.search(pattern, self.log()):
                return m
            time.sleep(.05)
        return re.search(pattern, self.log())

    def status(self, field):
        text = pathlib.Path(f"/proc/{self.p.pid}/status").read_text()
        return re.search(rf"^{field}:\s*(.*)$", text, re.M)[1]

    def stop(self):
        self.p.send_signal(signal.SIGTERM)
        try:
            return self.p.wait(20)
        except subprocess.TimeoutExpired:
            self.p.kill()
            return "hung"


def get(port, path="/metrics", method="GET"):
    try:
        request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", method=method)
        with urllib.request.urlopen(request, timeout=10) as r:
            return r.status, r.read().decode(), r.headers["Content-Type"]
    except urllib.error.HTTPError as e:
        return e.code, e.read().decode(), ""


LINE = re.compile(r'^[a-zA-Z_:][a-zA-Z0-9_:]*(\{[a-z_0-9]+="[^"]*"(,[a-z_0-9]+="[^"]*")*\})? '
                  r"-?[0-9][0-9.e+-]*$")


def metrics(tmp):
    """On standard input, so that it needs no root: the capture, and then silence."""
    capture = golden / "scan-sweep-syn/input.pcap"
    r, w = os.pipe()
    s = Running(tmp, "-r", "-", "-l", tmp, "--set", "metrics.listen=127.0.0.1:0", stdin=r)
    os.close(r)
    os.write(w, capture.read_bytes())
    port = s.wait_for(r"metrics: port (\d+)")
    if not check(port, "metrics: says its port"):
        print(s.log())
        return
    port = int(port[1])
    for _ in range(100):
        text = get(port)[1]
        if frames := re.search(r"^vigie_capture_packets_total (\d+)$", text, re.M):
            if int(frames[1]) > 200:
                break
        time.sleep(.05)
    code, text, kind = get(port)
    check(code == 200 and kind.startswith("text/plain; version=0.0.4"), "metrics: 200, its type")
    wrong = [line for line in text.splitlines() if not line.startswith("#") and not LINE.match(line)]
    check(not wrong, f"metrics: every line is Prometheus text {wrong[:2]}")
    named = re.findall(r"^([^#\s]+) ", text, re.M)
    check(len(named) == len(set(named)), "metrics: no series twice")
    typed = re.findall(r"^# TYPE (\S+)", text, re.M)
    check(len(typed) == len(set(typed)), "metrics: no type twice")
    for name in ("vigie_capture_packets_total", 'vigie_capture_dropped_total{where="nic"}',
                 'vigie_capture_dropped_per_second_max{where="worker",window="1m"}', "vigie_flows_active",
                 "vigie_ruleset_info", "vigie_decode_ok", "vigie_journal_gap_total"):
        check(re.search("^" + re.escape(name), text, re.M), f"metrics: {name}")
    check(get(port, "/")[0] == 404, "metrics: another path is 404")
    check(get(port, "/metrics", "POST")[0] == 405, "metrics: POST is 405")
    check(get(port, "/metrics", "HEAD")[:2] == (200, ""), "metrics: HEAD has no body")
    with contextlib.closing(socket.create_connection(("127.0.0.1", port))) as slow:
        slow.sendall(b"GET /met")
        check(get(port)[0] == 200, "metrics: a client that stops midway stops nobody")
    os.close(w)
    check(s.p.wait(30) == 0, "metrics: the run ends with its input")
    for listen in ("0.0.0.0:9477", "192.0.2.1:9477", "9477", "127.0.0.1:70000", "[::]:9477", "localhost"):
        done = subprocess.run([sensor, "-r", str(capture), "--set", f"metrics.listen={listen}"],
                              capture_output=True, text=True)
        check(done.returncode == 78 and "no loopback address" in done.stderr, f"metrics: {listen} is refused")


def seccomp(tmp):
    cases = ["scan-sweep-syn", "stream-split", "thresholds", "vlan-and-qinq", "ipv6-udp"]
    for case in cases:
        for workers in (1, 3):
            what = [golden / case / "input.pcap", f"workers={workers}"]
            plain = eve(f"{tmp}/p{case}{workers}", *what)
            caged = eve(f"{tmp}/s{case}{workers}", *what, "seccomp=yes", f"publish.journal_dir={tmp}/j{case}{workers}",
                        "flow_records=no")
            same = [re.sub(rb',"sensor(_seq|_epoch)?":("[^"]*"|\d+)', b"", x) for x in (plain[1], caged[1])]
            check(caged[0] == 0 and len(same[0].splitlines()) == len(same[1].splitlines()),
                  f"seccomp: {case}, {workers} workers, with a journal {caged[2][-200:] if caged[0] else ''}")
    caged = eve(f"{tmp}/same", golden / cases[0] / "input.pcap", "seccomp=yes")
    plain = eve(f"{tmp}/plain", golden / cases[0] / "input.pcap")
    check(caged[1] == plain[1] and caged[1], "seccomp: the same bytes")


class Manager:
    """What systemd would hear."""

    def __init__(self, path):
        self.s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.s.bind(path)
        os.chmod(path, 0o777)
        self.s.settimeout(.1)
        self.heard = []

    def hear(self, seconds, until=None):
        end = time.monotonic() + seconds
        while time.monotonic() < end and (until is None or until not in self.heard):
            with contextlib.suppress(TimeoutError):
                self.heard.append(self.s.recv(4096).decode())
        return self.heard


def live(tmp, source):
    """As root, on lo: rights, the service manager, telemetry."""
    os.chmod(tmp, 0o755)
    manager = Manager(f"{tmp}/notify")
    argv = ["-i", "lo", "--set", "user=nobody", "--set", f"capture.source={source}", "--set",
            f"publish.journal_dir={tmp}/new/journal", "--set", f"publish.pub=ipc://{tmp}/sock/pub.sock",
            "--set", f"publish.rep=ipc://{tmp}/sock/rep.sock", "--set", "metrics.listen=127.0.0.1:0"]
    if not asan:
        argv += ["--set", "seccomp=yes"]
    s = Running(tmp, *argv, env={"NOTIFY_SOCKET": f"{tmp}/notify", "WATCHDOG_USEC": "800000"})
    check("READY=1" in manager.hear(20, "READY=1"), f"{source}: READY")
    if s.p.poll() is not None:
        print(s.log())
        return
    nobody = pwd.getpwnam("nobody")
    check(s.status("Uid").split() == [str(nobody.pw_uid)] * 4, f"{source}: all four uids are nobody's")
    check(s.status("Gid").split() == [str(nobody.pw_gid)] * 4, f"{source}: all four gids, too")
    tasks = [pathlib.Path(t, "status").read_text() for t in pathlib.Path(f"/proc/{s.p.pid}/task").iterdir()]
    check(all(re.search(r"^CapEff:\s*0+$", t, re.M) and re.search(r"^CapPrm:\s*0+$", t, re.M) for t in tasks),
          f"{source}: no capability in any of {len(tasks)} threads")
    check(s.status("NoNewPrivs") == "1", f"{source}: no new privileges")
    if not asan:
        check(all(re.search(r"^Seccomp:\s*2$", t, re.M) for t in tasks), f"{source}: seccomp in every thread")
    check(pathlib.Path(tmp, "new/journal").owner() == "nobody", f"{source}: its folder was made for it")
    check(manager.hear(6).count("WATCHDOG=1") >= 2, f"{source}: WATCHDOG while the workers move")
    port = int(s.wait_for(r"metrics: port (\d+)")[1])
    check(get(port)[0] == 200, f"{source}: metrics under less privilege")
    if source == "dpdk":
        telemetry(s.p.pid)
    check(s.stop() == 0, f"{source}: ends on TERM")
    check("STOPPING=1" in manager.hear(1), f"{source}: STOPPING")
    if bad:
        print(s.log())


def telemetry(pid):
    path = f"/var/run/dpdk/vigie-{pid}/dpdk_telemetry.v2"
    with contextlib.closing(socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)) as t:
        t.settimeout(10)
        t.connect(path)
        t.recv(4096)
        t.send(b"/vigie/stats")
        told = json.loads(t.recv(65536).decode())["/vigie/stats"]
        t.send(b"/vigie/stats,detect")
        room = json.loads(t.recv(65536).decode())["/vigie/stats"]
    check("capture/frames" in told and told.get("left_out") == 0, f"telemetry: {len(told)} numbers, none left out")
    check(len(room) > 20 and room["left_out"] == 0 and
          all(k.startswith("detect/") for k in room if k != "left_out"),
          f"telemetry: {len(room)} of one room, zeroes too")


def users(tmp):
    for user, word in (("no-such-user", "there is no user"), ("root", "is root")):
        code, _, text = eve(f"{tmp}/u", golden / "scan-sweep-syn/input.pcap", f"user={user}")
        check(code == 78 and word in text, f"user: {user} is refused")


def each(run, *args):
    with tempfile.TemporaryDirectory() as tmp:
        run(tmp, *args)


each(metrics)
if asan:
    print("left out under a sanitizer: seccomp")
else:
    each(seccomp)
if root:
    each(users)
    for name in ("live", "dpdk"):
        each(live, name)
else:
    print("left out without root: privileges, the service manager, telemetry")
print(f"{checks} checks, {bad} wrong")
sys.exit(1 if bad else 0)
