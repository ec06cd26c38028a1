#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Reads what `nngcat --sub --raw` prints (a topic, a newline, a line of JSON) and writes a line for
each event: arrival and deciding packet in ms since the epoch, host, text, the JSON; tabs between."""
import datetime
import json
import sys
import time

for line in sys.stdin:
    arrived = time.time()
    at = line.find("{")
    if at < 0:
        continue
    try:
        e = json.loads(line[at:])
    except ValueError:
        continue
    when = datetime.datetime.strptime(e["timestamp"], "%Y-%m-%dT%H:%M:%S.%f%z").timestamp()
    text = f"{e['alert']['signature']}: {e.get('summary', '')}"
    print(int(arrived * 1000), int(when * 1000), e.get("subject_ip", e["src_ip"]), text, line[at:].strip(),
          sep="\t", flush=True)
