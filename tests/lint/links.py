#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Every link between our pages leads somewhere, every page of docs/ can be reached from README.md, and
every path of ours that a page or a manual names in backquotes is there."""
import pathlib
import re
import sys

root = pathlib.Path(sys.argv[1]).resolve()
LINK = re.compile(r"\[[^\]]*\]\(([^)#\s]+)(#[^)\s]*)?\)")
# `sensor/x/y.c` …: what begins with one of our folders; a word in capitals (`tests/golden/sig-SID`) is
# a placeholder. A page of docs/ needs no quotes.
PATH = re.compile(r"`((?:bench|collector|docs|sensor|signatures|tests)/[A-Za-z0-9_./-]*)`|\b(docs/[A-Za-z/0-9-]+\.md)\b")
PLACEHOLDER = re.compile(r"(?<![A-Z])[A-Z]{2,}(?![A-Z.])")
pages = sorted([root / "README.md", *root.glob("docs/**/*.md"), *root.glob("*/README.md"),
                *root.glob("tests/*/README.md"), *root.glob("bench/*.md")])
bad, leads = [], {}


def anchors(page):
    heads = re.findall(r"^#+ (.*)$", page.read_text(), flags=re.M)
    return {"#" + re.sub(r"[^\w -]", "", h.lower()).replace(" ", "-") for h in heads}


for page in pages:
    name = page.relative_to(root)
    text = page.read_text()
    leads[page] = set()
    for m in LINK.finditer(text):
        if re.match(r"[a-z]+:", m[1]):
            continue
        to = (page.parent / m[1]).resolve()
        if not to.exists():
            bad.append(f"{name}: {m[1]} is not there")
        elif m[2] and to.suffix == ".md" and m[2] not in anchors(to):
            bad.append(f"{name}: {m[1]}{m[2]}: there is no such heading")
        leads[page].update(to.glob("*.md") if to.is_dir() else {to})
    for m in PATH.finditer(text):
        path = m[1] or m[2]
        if not PLACEHOLDER.search(path) and not (root / path).exists():
            bad.append(f"{name}: {path} is not there")

reached, more = set(), {root / "README.md"}
while more:
    reached |= more
    more = {p for page in more for p in leads.get(page, ()) if p not in reached}
for page in root.glob("docs/**/*.md"):
    if page not in reached:
        bad.append(f"{page.relative_to(root)}: no link leads to it from README.md")
print("\n".join(bad + [f"{len(pages)} pages, {len(bad)} violations"]))
sys.exit(1 if bad else 0)
