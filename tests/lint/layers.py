#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Who may include whom: a room includes itself and what stands on its line, nothing else."""
import pathlib
import re
import sys

MAY = {
    "base": "",
    "wire": "base",
    "config": "base wire",
    "decode": "base wire config",
    "capture": "base config decode",
    "flow": "base wire config decode capture",
    "proto": "base wire config decode capture flow",
    "rule": "base wire config decode capture flow proto",
    "observe": "base wire config decode capture flow proto rule",
    "detect": "base wire config decode capture flow proto rule observe",
    "alert": "base wire config decode capture flow proto rule observe detect",
    "publish": "base wire config decode capture flow proto rule observe detect alert",
    "collector": "base wire config",
}
INCLUDE = re.compile(r'\s*#\s*include\s*["<]([^">]+)[">]')
USES = {"rte_": re.compile(r"\brte_\w"), "pcap_": re.compile(r"\bpcap_\w")}
COMMENT = re.compile(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"', re.S)


def may_use(what, path):
    """rte_ and pcap_ live in capture, whose own headers may know them; rte_ in two files more."""
    if path.parts[:2] == ("sensor", "capture"):
        return True
    return what == "rte_" and str(path) in ("sensor/worker.c", "sensor/main.c")


def blank(match):
    return re.sub(r"[^\n]", " ", match[0])


def check(root, path):
    rel = path.relative_to(root)
    text = path.read_text(errors="replace")
    room = rel.parts[1] if rel.parts[0] == "sensor" and len(rel.parts) > 2 else rel.parts[0]
    allowed = None if room == "sensor" else {room, *MAY.get(room, "").split()}
    if allowed is not None and room not in MAY:
        yield f"{rel}:1: room {room} has no line in tests/lint/layers.py"
    for n, line in enumerate(text.splitlines(), 1):
        m = INCLUDE.match(line)
        if not m:
            continue
        what = m[1].split("/")[0] if "/" in m[1] else None
        if allowed is not None and what in MAY and what not in allowed:
            yield f"{rel}:{n}: {room} may not include {what}"
        if (m[1].startswith(("rte_", "bus_vdev")) and not may_use("rte_", rel)
                or m[1].startswith("pcap") and not may_use("pcap_", rel)):
            yield f"{rel}:{n}: {m[1]} may not be included here"
    for n, line in enumerate(COMMENT.sub(blank, text).splitlines(), 1):
        for what, pattern in USES.items():
            if pattern.search(line) and not may_use(what, rel):
                yield f"{rel}:{n}: {what} may not be used here"


def main():
    root = pathlib.Path(sys.argv[1])
    paths = [p for top in ("sensor", "collector") for p in sorted((root / top).rglob("*.[ch]"))]
    bad = [line for path in paths for line in check(root, path)]
    print("\n".join(bad + [f"{len(paths)} files, {len(bad)} violations"]))
    return 1 if bad or not paths else 0


sys.exit(main())
