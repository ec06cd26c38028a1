#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""docs/CONFIG.md, docs/COUNTERS.md and the keywords that docs/RULES.md names as not matched are what the
programs and the tables say; the manual pages have every option of --help, and no other; docs/DETECTORS.md names
every number that --list-detectors has.

reference.py BUILD [--update]: with --update the pages are written.
"""
import itertools
import json
import pathlib
import re
import subprocess
import sys
import tempfile

root = pathlib.Path(__file__).resolve().parent.parent.parent
build = pathlib.Path(sys.argv[1]).resolve()
update = "--update" in sys.argv
ROW = re.compile(r'^([A-Z_]+)\((\w+|"[^"]*")\s*,\s*(.*)\)$')
bad = []


def out(*argv):
    done = subprocess.run([str(build / argv[0]), *argv[1:]], capture_output=True, text=True)
    if done.returncode != 0:
        bad.append(f"{' '.join(argv)}: exit {done.returncode}: {done.stderr[-300:]}")
    return done.stdout


def config():
    return ("# Configuration\n\nPrinted by `vigie-sensor --reference` and `vigie-collector --reference`; "
            "made by `tests/lint/reference.py build --update`.\nA parameter is its section, a dot and its "
            "name: `capture.interface`; in the file the dots are mappings in mappings (vigie.conf(5)).\n\n"
            "# vigie-sensor\n\n" + out("vigie-sensor", "--reference").strip() +
            "\n\n# vigie-collector\n\n" + out("vigie-collector", "--reference").strip() + "\n")


def rows(path):
    """The columns of each row of a .def table that has texts."""
    text = re.sub(r"/\*.*?\*/", "", (root / path).read_text(), flags=re.S)
    for m in re.finditer(r'^[A-Z_]+\((.*?)\)\s*$', text, flags=re.S | re.M):
        yield [(quoted or bare).replace('\\"', '"').replace("\\\\", "\\")
               for quoted, bare in re.findall(r'"((?:\\.|[^"\\])*)"|(\w+)', m[1]) if quoted or bare]


def table(head, body):
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return "\n".join(lines + ["| " + " | ".join(c.replace("|", "\\|") for c in r) + " |"
                              for r in body]) + "\n"


def members(v, at=""):
    if isinstance(v, dict):
        for k, w in v.items():
            yield from members(w, f"{at}.{k}" if at else k)
    elif not isinstance(v, str):
        yield at


def counters():
    with tempfile.TemporaryDirectory() as tmp:
        out("vigie-sensor", "-r", str(root / "tests/golden/scan-sweep-syn/input.pcap"), "-l", tmp)
        stats = json.loads(pathlib.Path(tmp, "stats.json").read_text())
    stats.pop("decode", None)
    plain = [m for m in members(stats)]
    sections = {}
    for m in plain:
        sections.setdefault(m.rpartition(".")[0] or "top level", []).append(f"`{m.rpartition('.')[2]}`")
    verdicts = [(f"`{r[0]}`", r[1], r[2] if len(r) > 2 else "") for r in rows("sensor/decode/verdict.def")]
    return (
        "# Counters\n\nMade from the tables by `tests/lint/reference.py build --update`. Every counter is in "
        "`stats.json`, in the sensor's `status`, in\nthe metrics (`metrics.listen`) and in DPDK's telemetry "
        "(`/vigie/stats`). A loss that a source cannot tell is `null`, never 0.\n\n"
        "## Metrics with names of their own\n\nThe others are `vigie_SECTION_NAME`. "
        "`vigie_capture_dropped_per_second_max{where,window}` is the worst second of the last\nminute and of "
        "the run: an average of 1 % hides a burst of 40 %.\n\n"
        + table(("metric", "type", "in stats.json", "what it is"),
                [(f"`{r[1]}`", r[2], f"`{r[0]}`", r[3]) for r in rows("sensor/metrics.def")
                 if r[0] in plain])
        + "\n## decode: what became of a frame\n\n" + table(("counter", "what it says", "source"), verdicts)
        + "\n## observe: what detectors are told\n\n"
        + table(("counter", "what it says"), [(f"`{r[0]}`", r[1]) for d in ("sensor/observe/observation.def", "sensor/proto/facts.def")
                                           for r in rows(d)])
        + "\n## Everything else\n\n"
        + table(("section", "counters"), [(f"`{s}`", " ".join(c)) for s, c in sections.items()]))


def unmatched():
    """docs/RULES.md with the list that --list-keywords gives between its marks"""
    words = [line.split()[0] for line in out("vigie-sensor", "--list-keywords").splitlines()
             if line.split(None, 1)[1].startswith("parsed, not matched")]
    begin, end = "<!-- made by tests/lint/reference.py build --update -->\n", "<!-- end -->"
    text = (root / "docs/RULES.md").read_text()
    before, found, rest = text.partition(begin)
    if not found or end not in rest or not words:
        bad.append("docs/RULES.md: no place for the keywords that are not matched")
        return text
    # A line a letter, so that two people who take words out rarely meet.
    lines = [" ".join(f"`{w}`" for w in g) for _, g in itertools.groupby(words, lambda w: w[0])]
    return before + begin + "\n".join(lines) + "\n" + end + rest.partition(end)[2]


def page(name, text):
    path = root / "docs" / name
    if update:
        path.write_text(text)
    elif not path.exists() or path.read_text() != text:
        bad.append(f"docs/{name} is not what the programs say: tests/lint/reference.py {sys.argv[1]} --update")


def options(text):
    return set(re.findall(r"(?<![\w-])--[a-z][a-z-]*|(?<![\w-])-[a-zA-Z](?![\w-])", text))


def manual(program, path):
    page = root / "docs/man" / path
    page = page if page.exists() else page.with_name(path + ".in")
    roff = re.sub(r'^\.\\".*$', "", page.read_text(), flags=re.M)
    roff = roff.replace("\\-", "-")
    roff = re.sub(r"^\.SH EXAMPLES.*?(?=^\.SH)", "", roff, flags=re.S | re.M)
    there, wanted = options(roff), options(out(program, "--help"))
    for o in sorted(wanted - there):
        bad.append(f"docs/man/{path}: {o} of {program} --help is missing")
    for o in sorted(there - wanted):
        bad.append(f"docs/man/{path}: {o} is no option in {program} --help")


def told():
    """Each number of what detectors tell stands in docs/DETECTORS.md: a row of a table of its own, or a sentence."""
    # "701 … 763, one a line of" the table of marks says that there are marks, not which.
    text = (root / "docs/DETECTORS.md").read_text().replace("701 … 763, one a line", "")
    there = {int(n) for n in re.findall(r"(?<![\d.,])\d{3}(?!\d|[.,:]\d)", text)}
    for first, last in re.findall(r"(?<!\d)(\d{3}) … (\d{3})(?!\d)", text):
        there.update(range(int(first), int(last) + 1))
    numbers = [int(n) for n in re.findall(r"^ +900:(\d+) ", out("vigie-sensor", "--list-detectors"), flags=re.M)]
    for n in numbers:
        if n not in there:
            bad.append(f"docs/DETECTORS.md: {n} of --list-detectors is missing")
    if len(numbers) < 20:
        bad.append("the numbers of --list-detectors are not found")


told()
page("CONFIG.md", config())
page("COUNTERS.md", counters())
page("RULES.md", unmatched())
manual("vigie-sensor", "vigie-sensor.1")
manual("vigie", "vigie.1")
manual("vigie-collector", "vigie-collector.8")
print("\n".join(bad + [f"3 pages, 3 manuals, {len(bad)} violations"]))
sys.exit(1 if bad else 0)
