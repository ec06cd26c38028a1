#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The .def tables: every row is well-formed and unique, and what it names exists.

A row of the tables in DEFINES needs a definition in the file it names, or else somewhere in its room.
Rows with a text column (what the operator reads) may not leave it empty."""
import pathlib
import re
import sys

ROW = re.compile(r"^\s*([A-Z][A-Z0-9_]*)\((.*)\)\s*(?:/\*.*\*/)?$")
DEFINES = {  # macro: what its name must be defined as, and where ({0} is the row's first column)
    "LAYER": (r"\bdecode_{}\(struct walk", "sensor/decode/*.c"),
    "SOURCE": (r"\bconst struct source \w*_?{}\w* =", "sensor/capture/{0}.c"),
    "DETECTOR": (r"\bconst struct detector detect_{} =", "sensor/detect/*.c"),
    "KEYWORD": (r"\bkeyword_{} =", "sensor/rule/kw_{0}.c"),
}
KEY = {"KEYWORD": 1}                       # the column that may not repeat, when it is not the first
TEXT = {"VERDICT", "ROLE", "OBSERVATION"}  # rows whose second column is what people read
REPEATS = {"ALSO", "MARK", "PIPE", "FILE_NAME"}                         # rows that name something a second time


def rows(text):
    text = re.sub(r"/\*.*?\*/", lambda m: re.sub(r"[^\n]", " ", m[0]), text, flags=re.S)
    joined, start = "", 0
    for n, line in enumerate(text.splitlines(), 1):
        if not joined:
            start = n
        joined += line.strip()
        if joined.count("(") > joined.count(")"):
            continue
        if joined and not joined.startswith("#"):
            yield start, joined
        joined = ""
    if joined:
        yield start, joined


def check(root, path):
    rel = path.relative_to(root)
    seen = {}
    for n, line in rows(path.read_text()):
        m = ROW.match(line)
        if not m:
            yield f"{rel}:{n}: not a row: {line[:60]}"
            continue
        macro, columns = m[1], [c.strip() for c in m[2].split(",")]
        key = columns[min(KEY.get(macro, 0), len(columns) - 1)]
        if macro not in REPEATS and (macro, key) in seen:
            yield f"{rel}:{n}: {key} is there twice, first in line {seen[macro, key]}"
        seen.setdefault((macro, key), n)
        if macro in TEXT and not re.match(r'\w+\s*,\s*"[^"]', m[2]):
            yield f"{rel}:{n}: {key} has no text for the operator"
        if macro in DEFINES:
            pattern, where = DEFINES[macro][0], DEFINES[macro][1].format(columns[0])
            wanted = re.compile(pattern.format(re.escape(key)))
            if not any(wanted.search(f.read_text()) for f in root.glob(where)):
                yield f"{rel}:{n}: {key} is not defined in {where}"


def numbers(root):
    """What detectors tell has a number of its own: SAY_ABOUT(detector, number, …), and the marks of rpc."""
    seen = {}
    found = [(p, n) for p in sorted(root.glob("sensor/detect/*.c"))
             for n in re.findall(r'SAY_ABOUT\("\w+",\s*(\d+)', p.read_text())]
    marks = root / "sensor/detect/rpc_markers.def"
    found += [(marks, n) for n in re.findall(r"^MARK\((\d+)", marks.read_text(), flags=re.M)]
    for path, n in found:
        if n in seen:
            yield f"{path.relative_to(root)}: number {n} is {seen[n]}'s"
        seen.setdefault(n, path.name)
    if len(seen) < 20:
        yield "the numbers of what detectors tell are not found"


def main():
    root = pathlib.Path(sys.argv[1])
    paths = sorted(p for t in ("sensor", "collector") for p in (root / t).rglob("*.def"))
    bad = [line for path in paths for line in check(root, path)]
    bad += numbers(root)
    print("\n".join(bad + [f"{len(paths)} tables, {len(bad)} violations"]))
    return 1 if bad or not paths else 0


sys.exit(main())
