#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes rules for agree.py that both engines take, made of others so that they meet other traffic.

agree_rules.py SENSOR KIND OUT SOURCE…

SOURCE: rule files, .gz or not, or folders of them. Every rule gets a number of its own, counted from
1, but with `keep`; OUT.origin says what each was. A rule that one of the engines refuses is left out
and counted by its reason. KIND:

  keep     as they are
  loose    each different text once, as `alert`, without noalert; no pass, config, lua
  swap     loose, HOME_NET and EXTERNAL_NET exchanged
  nets     loose, each address `any`
  ports    loose, each port `any`
  all      loose, addresses and ports `any`, and nothing asked of flowbits and thresholds
"""
import collections
import gzip
import pathlib
import re
import struct
import subprocess
import sys
import tempfile

from duel import HOME, suricata_refuses, vigie_refuses

sensor, kind, out = sys.argv[1], sys.argv[2], pathlib.Path(sys.argv[3])
header = re.compile(r"^(\S+)\s+(\S+)\s+(\[.*?\]|\S+)\s+(\[.*?\]|\S+)\s+(->|<>|=>)\s+(\[.*?\]|\S+)\s+"
                    r"(\[.*?\]|\S+)\s*(\(.*)$")


def files():
    for source in map(pathlib.Path, sys.argv[4:]):
        yield from (sorted(source.rglob("*.rules*")) if source.is_dir() else [source])


def lines(path):
    raw = path.read_bytes()
    text = gzip.decompress(raw) if path.suffix == ".gz" else raw
    text = text.decode("utf-8", "replace").replace("\r\n", "\n")
    return re.sub(r"\\\n\s*", "", text).splitlines()


def made(rule):
    """The rule of this kind, without its number; None: left out."""
    m = header.match(rule)
    if not m or re.search(r"[;(]\s*(lua|luaxform)\s*:", rule):
        return None
    act, proto, src, sp, arrow, dst, dp, rest = m.groups()
    if act not in ("alert", "drop", "reject"):
        return None
    rest = re.sub(r"flowbits:\s*noalert;|\bnoalert;", "", rest)
    rest = re.sub(r"\btier (finding|inside)\b", "tier alert", rest)  # findings are no alerts
    rest = re.sub(r"\b(sid|gid|rev):\s*\d+\s*;", "", rest)
    if kind == "swap":
        swap = {"HOME": "EXTERNAL", "EXTERNAL": "HOME"}
        src, dst = (re.sub(r"\$(HOME|EXTERNAL)_NET", lambda v: f"${swap[v[1]]}_NET", a)
                    for a in (src, dst))
    if kind in ("nets", "all"):
        src = dst = "any"
    if kind in ("ports", "all"):
        sp = dp = "any"
    if kind == "all":
        rest = re.sub(r"\b(threshold|detection_filter):[^;]*;", "", rest)
        rest = re.sub(r"\bflowbits:\s*is(not)?set[^;]*;", "", rest)
    return f"alert {proto} {src} {sp} {arrow} {dst} {dp} {rest}"


found, said = {}, set()  # rule → where
for path in files():
    for line in lines(path):
        rule = line.strip()
        if kind == "keep":
            if re.match(r"(alert|drop|reject|pass)\s", rule):
                found.setdefault(rule, path)
        elif made(rule):
            bare = re.sub(r'\b(msg:"[^"]*"|classtype:[^;]*|metadata:[^;]*)\s*;', "", made(rule))
            bare = re.sub(r"\s+", "", bare)
            if bare not in said:
                said.add(bare)
                found[made(rule)] = path


def numbered(rules):
    if kind == "keep":
        return rules
    return [re.sub(r"\(?(;?)\s*\)[^)]*$", lambda m: f"{m[1] or '('} sid:{n};)", r)
            for n, r in enumerate(rules, 1)]


def beside(text, path):
    """Files that a rule loads are named from the root."""
    return re.sub(r"\b((?:load|state)\s+|file(?:md5|sha1|sha256):\s*!?)(?!/)([\w./-]+)",
                  rf"\1{path.parent.resolve()}/\2", text)


rules = [beside(r, p) for r, p in found.items()]
origin = dict(zip(rules, found.values()))
why = collections.Counter()
with tempfile.TemporaryDirectory(prefix="vigie-agree.") as tmp:
    tmp = pathlib.Path(tmp)
    while True:
        tried = tmp / "tried.rules"
        tried.write_text("".join(r + "\n" for r in numbered(rules)))
        yaml = tmp / "suricata.yaml"
        yaml.write_text("%YAML 1.1\n---\ninclude: /etc/suricata/suricata.yaml\nlogging:\n"
                        "  default-log-level: notice\n  outputs:\n  - file:\n      enabled: yes\n"
                        "      level: info\n      filename: suricata.log\n")
        empty = tmp / "empty.pcap"  # -T ends at the first mistake
        empty.write_bytes(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262144, 1))
        argv = ["suricata", "-r", empty, "-c", yaml, "-S", tried, "-l", tmp, "--set",
                "vars.address-groups.EXTERNAL_NET=any", "--set",
                f"vars.address-groups.HOME_NET={HOME}"]
        for p in ("modbus", "dnp3", "enip", "pgsql"):
            argv += ["--set", f"app-layer.protocols.{p}.enabled=yes"]
        (tmp / "suricata.log").unlink(missing_ok=True)
        subprocess.run([str(a) for a in argv], capture_output=True)
        bad = suricata_refuses(tmp)
        for n, reason in bad.items():
            why["Suricata: " + reason[:60]] += 1
        rules = [r for n, r in enumerate(rules, 1) if n not in bad]
        if not bad:
            break
    tried.write_text("".join(r + "\n" for r in numbered(rules)))
    refused = vigie_refuses(sensor, tried)
    sid = re.compile(r"\bsid:\s*(\d+)")
    keep = [r for r, n in zip(rules, numbered(rules)) if int(sid.search(n)[1]) not in refused]
    for r, n in zip(rules, numbered(rules)):
        if int(sid.search(n)[1]) in refused:
            why["Vigie"] += 1
            print(f"refused here: {r}", file=sys.stderr)
out.write_text("".join(r + "\n" for r in numbered(keep)))
out.with_suffix(".origin").write_text("".join(
    f"{n}\t{origin[r]}\n" for n, r in enumerate(keep, 1)))
for reason, n in why.most_common():
    print(f"{n:5} refused: {reason}")
print(f"{len(keep)} of {len(found)} rules, {kind}")
