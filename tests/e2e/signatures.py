#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Suricata says of each signature's golden capture what we expect: the guilty host, not the near one.

signatures.py GOLDEN [WORD…]; WORD: only cases with it in their name. One Suricata reads all captures,
with all signatures, over its command socket. DIFFERS names what is known to differ, with the reason.
"""
import collections
import json
import pathlib
import socket
import subprocess
import sys
import tempfile
import time

GUILTY, NEAR = "10.1.0.20", "10.1.0.30"
DIFFERS = {9120004: "Suricata drops packets that the capture cut"}
YAML = """%YAML 1.1
---
include: /etc/suricata/suricata.yaml
outputs:
  - eve-log: {enabled: yes, filetype: regular, filename: eve.json, types: [alert]}
"""


class Suricata:
    def __init__(self, tmp, rules):
        (tmp / "s.yaml").write_text(YAML)
        (tmp / "all.rules").write_text(rules)
        at = tmp / "socket"
        self.process = subprocess.Popen(
            ["suricata", "-c", tmp / "s.yaml", f"--unix-socket={at}", "-S", tmp / "all.rules", "-l", tmp,
             "-k", "none", "--runmode", "single", "--set", "vars.address-groups.EXTERNAL_NET=any"],
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        for _ in range(300):
            if at.exists():
                break
            if self.process.poll() is not None:
                sys.exit(self.process.stderr.read().decode(errors="replace"))
            time.sleep(.1)
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.connect(str(at))
        self.ask(version="0.2")

    def ask(self, **command):
        self.socket.sendall((json.dumps(command) + "\n").encode())
        answer = b""
        while True:
            more = self.socket.recv(65536)
            if not more:
                sys.exit("suricata went away")
            answer += more
            try:
                return json.loads(answer)["message"] if b"message" in answer else None
            except ValueError:
                pass

    def read(self, captures):
        for capture, out in captures:
            out.mkdir()
            self.ask(command="pcap-file",
                     arguments={"filename": str(capture), "output-dir": str(out)})
        while self.ask(command="pcap-current") != "None" or self.ask(command="pcap-file-number"):
            time.sleep(.1)
        self.ask(command="shutdown")
        self.process.wait(60)


def accused(eve, sid):
    hosts = collections.Counter()
    for line in open(eve, encoding="utf-8") if eve.exists() else []:
        event = json.loads(line)
        if event["event_type"] == "alert" and event["alert"]["signature_id"] == sid:
            hosts.update({event["src_ip"], event["dest_ip"]} & {GUILTY, NEAR})
    return hosts


cases = sorted(p.parent for p in pathlib.Path(sys.argv[1]).resolve().glob("sig-*/input.pcap"))
cases = [c for c in cases if not sys.argv[2:] or any(w in c.name for w in sys.argv[2:])]
bad = 0
with tempfile.TemporaryDirectory(prefix="vigie-signatures.") as tmp:
    tmp = pathlib.Path(tmp)
    engine = Suricata(tmp, "".join((c / "test.rules").read_text() for c in cases))
    engine.read([(c / "input.pcap", tmp / c.name) for c in cases])
    for case in cases:
        sid = int(case.name[4:])
        hosts = accused(tmp / case.name / "eve.json", sid)
        if set(hosts) == {GUILTY}:
            continue
        print(f"{case.name}: Suricata accuses {sorted(hosts) or 'nobody'}", DIFFERS.get(sid, ""))
        bad += sid not in DIFFERS
print(f"{len(cases)} signatures shown to Suricata, {bad} bad")
sys.exit(bad != 0)
