#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Which spellings of rules does this sensor read, and which does Suricata? spellings.py SENSOR

Each row of spellings.tsv says what it says today; a row that says something else is a failure: of ours
alone when no Suricata is installed, which is said.
"""
import pathlib
import shutil
import subprocess
import sys
import tempfile

import duel

here = pathlib.Path(__file__).resolve().parent
SAYS = {(True, True): "both", (True, False): "ours", (False, True): "theirs", (False, False): "none"}


def rows():
    for line in open(here / "spellings.tsv", encoding="utf-8"):
        if not line.startswith("#"):
            yield line.rstrip("\n").split("\t", 1)


def suricata_refused(rules, out):
    """the numbers of the rules it does not read, or None where there is none"""
    if not shutil.which("suricata"):
        return None
    out.mkdir()
    yaml = out / "suricata.yaml"
    yaml.write_text("%YAML 1.1\n---\ninclude: /etc/suricata/suricata.yaml\nlogging:\n"
                    "  default-log-level: notice\n  outputs:\n  - file:\n      enabled: yes\n"
                    "      level: info\n      filename: suricata.log\n")
    subprocess.run(["suricata", "-T", "-c", yaml, "-S", rules, "-l", out], capture_output=True)
    return set(duel.suricata_refuses(out))


def main():
    table = list(rows())
    wrong = 0
    with tempfile.TemporaryDirectory(prefix="vigie-spellings.") as tmp:
        rules = pathlib.Path(tmp, "spellings.rules")
        rules.write_text("".join(f"{text} sid:{i + 1};)\n" for i, (_, text) in enumerate(table)))
        ours = duel.vigie_refuses(sys.argv[1], rules)
        theirs = suricata_refused(rules, pathlib.Path(tmp, "suricata"))
    for i, (want, text) in enumerate(table):
        we = i + 1 not in ours
        they = want in ("both", "theirs") if theirs is None else i + 1 not in theirs
        if SAYS[we, they] != want:
            wrong += 1
            print(f"{want} expected, {SAYS[we, they]} it is: {text}")
    alone = sum(want == "theirs" for want, _ in table)
    print(f"{len(table)} spellings, {alone} that only Suricata reads, {wrong} not as the table says"
          + (" (no suricata here: ours alone)" if theirs is None else ""))
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
