#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Sizes that fail (docs/STYLE.md): .c 800 lines, header 150, function 80. The licence is the first
line of each file, and nothing is left to do later."""
import pathlib
import re
import sys

FILE_MAX = {".c": 800, ".h": 150}
FUNCTION_MAX = 80
SPDX = "SPDX-License-Identifier: Apache-2.0"
TODO = re.compile(r"\b(TODO|FIXME|XXX)\b")
SOURCES = ("*.c", "*.h", "*.py", "*.sh")


def functions(lines):
    """(first line, length) of each function: it ends at a '}' in column 1, its '{' stands alone in
    column 1, and its signature is the line before that is not indented."""
    start = None
    for n, line in enumerate(lines, 1):
        if line == "{":
            start = n
            while start > 1 and (lines[start - 2][:1].isspace() or lines[start - 2][:1] == ""):
                start -= 1
            start = max(start - 1, 1)
        elif line.startswith("}") and start:
            yield start, n - start + 1
            start = None


def check(root, path):
    rel = path.relative_to(root)
    lines = path.read_text(errors="replace").splitlines()
    head = lines[1:2] if lines and lines[0].startswith("#!") else lines[:1]
    if not head or SPDX not in head[0]:
        yield f"{rel}:1: the first line is not the licence ({SPDX})"
    limit = FILE_MAX.get(path.suffix)
    if limit and len(lines) > limit:
        yield f"{rel}:{limit}: {len(lines)} lines; {limit} are allowed"
    for n, line in enumerate(lines, 1):
        if TODO.search(line) and path.name != "sizes.py":
            yield f"{rel}:{n}: {TODO.search(line)[1]}: do it now, or leave it out"
    if path.suffix == ".c":
        for n, length in functions(lines):
            if length > FUNCTION_MAX:
                yield f"{rel}:{n}: a function of {length} lines; {FUNCTION_MAX} are allowed"


def main():
    root = pathlib.Path(sys.argv[1])
    tops = [root / t for t in ("sensor", "collector", "tests", "bench")]
    paths = sorted(p for t in tops for glob in SOURCES for p in t.rglob(glob) if p.is_file())
    bad = [line for path in paths for line in check(root, path)]
    print("\n".join(bad + [f"{len(paths)} files, {len(bad)} violations"]))
    return 1 if bad or not paths else 0


sys.exit(main())
