#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Prints one line for each result in meson's testlog.json, and the log of what failed."""
import json
import sys

words = {"OK": "ok     ", "EXPECTEDFAIL": "ok     ", "SKIP": "skipped"}
seen = 0
for line in open(sys.argv[1], encoding="utf-8"):
    test = json.loads(line)
    seen += 1
    word = words.get(test["result"], "FAILED ")
    name = test["name"].split(" / ")[-1]
    text = test.get("stdout", "") + test.get("stderr", "")
    skips = [row for row in text.splitlines() if "SKIP" in row]
    why = ": " + skips[0] if word == "skipped" and skips else ""
    print(f"{word} {name} ({test['duration']:.1f} s){why}")
    if word == "FAILED ":
        for row in text.splitlines()[-60:]:
            print("    |", row)
sys.exit(seen == 0)
