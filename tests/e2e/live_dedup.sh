# SPDX-License-Identifier: Apache-2.0
# A capture in which every fourth packet has a copy from behind a router: removal off, auto and on,
# with a filter, give the same events for any number of workers. No root needed.
#
# live_dedup.sh BUILD
set -u
build=$(cd "$1" && pwd)
D=$(mktemp -d "${TMPDIR:-/tmp}/vigie-dedup.XXXXXX")
trap 'rm -rf "$D"' EXIT
trap 'exit 130' INT TERM
python3 - "$D/copies.pcap" <<'PY'
import random, struct, sys
rnd = random.Random(3)
out = open(sys.argv[1], "wb")
out.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1))
clock = 1_700_000_000_000_000
for i in range(60000):
    clock += rnd.randrange(200, 1200)
    src, dst = rnd.randrange(200), rnd.randrange(50)
    for k in range(2 if i % 4 == 0 and i > 20000 else 1):
        tcp = struct.pack(">HHIIBBHHH", 1024 + src, 445, i, 1, 0x50, 2 if i % 50 == 0 else 16, 100, 0, 0)
        ip = struct.pack(">BBHHHBBHII", 0x45, 0, 40, i % 65535 + 1, 0, 64 - k, 6, 0, 0x0A000000 + src,
                         0x0A010000 + dst)
        data = bytes((2, 0, 0, 0, 0, 1 + k)) * 2 + b"\x08\0" + ip + tcp
        t = clock + k * 90
        out.write(struct.pack("<IIII", t // 10**6, t % 10**6, len(data), len(data)) + data)
PY
failed=0
for mode in off auto on; do
	for w in 1 2 4 6; do
		"$build/vigie-sensor" -r "$D/copies.pcap" -l "$D/$w" -S none --set workers=$w \
			--set capture.dedup=$mode --set flow_records=yes \
			--set capture.filter='not host 10.0.0.7' >"$D/log" 2>&1 || { cat "$D/log"; exit 1; }
	done
	python3 - "$D" $mode <<'PY' || failed=1
import json, pathlib, sys
d, mode = pathlib.Path(sys.argv[1]), sys.argv[2]
eves = {(d / w / "eve.json").read_bytes() for w in "1246"}
numbers = {tuple(json.loads((d / w / "stats.json").read_text())["capture"][n] for n in (
    "frames", "frames_taken", "filtered", "duplicates_removed")) for w in "1246"}
frames, taken, filtered, removed = next(iter(numbers))
want = {"off": removed == 0, "auto": 5000 < removed < 9900, "on": 9900 <= removed <= 9999}[mode]
ok = len(eves) == len(numbers) == 1 and len(next(iter(eves))) > 100000 and want
ok = ok and frames == 69999 == taken + filtered + removed and filtered > 0
print("ok    " if ok else "FAILED", mode, "with 1, 2, 4 and 6 workers", numbers)
sys.exit(not ok)
PY
	rm -rf "$D"/[1246]
done
exit $failed
