#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""judge.py EVE WANT HOST: prints who was accused of what; exit 0 if WANT ("-": nothing) was said, and
nobody but HOST was accused of anything."""
import json
import sys

want, host = sys.argv[2:4]
said = {}
for line in open(sys.argv[1], encoding="utf-8"):
    e = json.loads(line)
    if e["event_type"] == "alert":
        what = e.get("detector") or str(e["alert"]["signature_id"])
        said[what, e.get("subject_ip", e["src_ip"])] = True
print(", ".join(f"{what} {who}" for what, who in said) or "-")
good = not said if want == "-" else (want, host) in said and all(who == host for _, who in said)
sys.exit(not good)
