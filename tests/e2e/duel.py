# SPDX-License-Identifier: Apache-2.0
"""Two engines, one capture of many small sessions, many rules: which (session, sid) pairs does each say?

Every session has an address of its own in 10.0.0.0/8 (Sessions.home()), so an alert names its session.
What one engine refuses to load is left out for both, and counted.
"""
import collections
import ipaddress
import json
import pathlib
import re
import shutil
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "golden"))
from craft import Capture  # noqa: E402

HOME = "[192.168.0.0/16,10.0.0.0/8,172.16.0.0/12]"
FIRST = int(ipaddress.ip_address("10.8.0.1"))
APART = .02  # s between the beginnings of two sessions


class Sessions:
    """One capture; session i has home(i) on one of its ends."""

    def __init__(self):
        self.capture, self.name = Capture(faithful=True), []

    def home(self, i):
        return str(ipaddress.ip_address(FIRST + i))

    def begin(self, name):
        """(the address of a new session, when it begins)"""
        self.name.append(name)
        return self.home(len(self.name) - 1), (len(self.name) - 1) * APART

    def of(self, *addresses):
        for a in addresses:
            n = int(ipaddress.ip_address(a)) - FIRST
            if 0 <= n < len(self.name):
                return n
        return None


def alerts(folder, sessions):
    """(session, sid) → [frame numbers]"""
    found = collections.defaultdict(list)
    eve = folder / "eve.json"
    for line in open(eve, encoding="utf-8", errors="replace") if eve.exists() else []:
        if '"event_type":"alert"' not in line:
            continue
        event = json.loads(line)
        if event["alert"]["gid"] == 1:
            n = sessions.of(event["src_ip"], event["dest_ip"])
            found[n, event["alert"]["signature_id"]].append(event.get("pcap_cnt", 0))
    return found


def run(argv, out):
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    done = subprocess.run([str(a) for a in argv], capture_output=True)
    if done.returncode:
        sys.exit(f"{argv[0]} failed:\n" + done.stderr.decode(errors="replace")[-2000:])
    return done


def suricata(pcap, rules, out, settings=(), alert_max=255):
    yaml = out.with_suffix(".yaml")
    yaml.write_text("%YAML 1.1\n---\ninclude: /etc/suricata/suricata.yaml\n"
                    "outputs:\n  - eve-log:\n      enabled: yes\n      filetype: regular\n"
                    "      filename: eve.json\n      types: [alert]\n"
                    "logging:\n  default-log-level: notice\n  outputs:\n  - file:\n"
                    "      enabled: yes\n      level: info\n      filename: suricata.log\n")
    argv = ["suricata", "-c", yaml, "-r", pcap, "-S", rules, "-l", out, "-k", "none", "--runmode",
            "single", "--set", "vars.address-groups.EXTERNAL_NET=any", "--set",
            f"vars.address-groups.HOME_NET={HOME}", "--set", f"packet-alert-max={alert_max}"]
    for s in settings:
        argv += ["--set", s]
    run(argv, out)


def suricata_refuses(out):
    """the line numbers of rules that it did not load → why"""
    why, refused = "", {}
    for line in open(out / "suricata.log", encoding="utf-8", errors="replace"):
        at = re.search(r"error parsing signature .* at line (\d+)", line)
        if at:
            refused[int(at[1])] = why
        elif "Error: " in line:
            why = line.split("Error: ", 1)[1].strip()
    return refused


def vigie(sensor, pcap, rules, out, settings=()):
    argv = [sensor, "-r", pcap, "-S", rules, "-l", out, "--set", f"rule.vars=HOME_NET={HOME}",
            "--set", "rule.vars=EXTERNAL_NET=any"]
    for s in settings:
        argv += ["--set", s]
    run(argv, out)


def vigie_refuses(sensor, rules):
    """the sids of rules that are not matched or not read"""
    kept = rules.with_suffix(".matched")
    kept.unlink(missing_ok=True)
    subprocess.run([sensor, "-T", "-S", rules, "--write-matched", kept], capture_output=True)
    sid = re.compile(r"\bsid:\s*(\d+)")
    have = {int(m) for m in sid.findall(kept.read_text())} if kept.exists() else set()
    return {int(m) for m in sid.findall(rules.read_text())} - have


class Duel:
    """Runs both and keeps what differs."""

    def __init__(self, sensor, tmp, sessions, rules, settings=(), ours=(), alert_max=255):
        """rules: lines with a sid each"""
        tmp.mkdir(parents=True, exist_ok=True)
        self.sessions = sessions
        self.rule = {int(re.search(r"\bsid:\s*(\d+)", r)[1]): r for r in rules}
        path, pcap = tmp / "duel.rules", tmp / "duel.pcap"
        path.write_text("".join(r + "\n" for r in rules))
        sessions.capture.write(pcap)
        suricata(pcap, path, tmp / "suricata", settings, alert_max)
        vigie(sensor, pcap, path, tmp / "vigie", ours)
        numbers = list(self.rule)
        self.they_refuse = {numbers[n - 1]: why
                            for n, why in suricata_refuses(tmp / "suricata").items()}
        self.we_refuse = vigie_refuses(sensor, path) - set(self.they_refuse)
        self.theirs = self.usable(alerts(tmp / "suricata", sessions))
        self.ours = self.usable(alerts(tmp / "vigie", sessions))
        self.both = self.theirs.keys() & self.ours.keys()
        self.only_theirs = sorted(self.theirs.keys() - self.ours.keys())
        self.only_ours = sorted(self.ours.keys() - self.theirs.keys())
        self.counts = sorted(p for p in self.both if len(self.theirs[p]) != len(self.ours[p]))

    def usable(self, found):
        return {p: n for p, n in found.items()
                if p[1] not in self.they_refuse and p[1] not in self.we_refuse}

    def rate(self):
        """per cent of the pairs that both say"""
        one = len(self.only_theirs) + len(self.only_ours)
        return 100 * len(self.both) / max(1, len(self.both) + one)

    def summary(self):
        return (f"{len(self.rule)} rules ({len(self.they_refuse)} refused there, "
                f"{len(self.we_refuse)} here alone), {len(self.sessions.name)} sessions: "
                f"{len(self.both)} pairs of both, {len(self.only_theirs)} only theirs, "
                f"{len(self.only_ours)} only ours: {self.rate():.2f} %; "
                f"{len(self.both) - len(self.counts)} as often")
