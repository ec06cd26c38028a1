#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""keep.py DIRECTORY ITEM…: recordings of the range become golden cases, tests/golden/range_ITEM, cut after
LIMIT bytes at a frame's end. Then: tests/golden/run.py SENSOR --update range_ITEM…, and read what it wrote."""
import pathlib
import re
import struct
import sys

LIMIT = 400_000
here = pathlib.Path(__file__).resolve().parent
source = pathlib.Path(sys.argv[1])
for name in sys.argv[2:]:
    data = (source / f"{name}.pcap").read_bytes()
    if data[:4] != b"\xd4\xc3\xb2\xa1":
        sys.exit(f"{name}: not a little-endian pcap of microseconds")
    at = 24
    while at + 16 <= len(data):
        after = at + 16 + struct.unpack_from("<I", data, at + 8)[0]
        if after > min(LIMIT, len(data)):
            break
        at = after
    text = (here / "items" / f"{name.removesuffix('-sealed')}.sh").read_text(encoding="utf-8")
    what = re.search(r"^# what: (.*)$", text, re.M)[1]
    case = here.parent / "golden" / f"range_{name}"
    case.mkdir(exist_ok=True)
    (case / "input.pcap").write_bytes(data[:at])
    sealed = ", SMB3 encrypted" if name.endswith("-sealed") else ""
    cut = ", cut" if at < len(data) else ""
    (case / "what").write_text(f"recorded in the range{cut}: {what}{sealed}\n", encoding="utf-8")
