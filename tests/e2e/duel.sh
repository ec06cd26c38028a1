# SPDX-License-Identifier: Apache-2.0
# Sessions made for real rules, and random conditions on random bytes, are judged as Suricata judges them;
# docs/why/0010-suricata-differences.md names what differs.
here=$(dirname "$0")
data=$here/../../../shared/data
if ! command -v suricata >/dev/null; then
	echo 'SKIP: no suricata'
	exit 77
fi
set -e
python3 "$here/duel_random.py" "$1/vigie-sensor" --groups 2 --show 2 --least 98
for rules in "$data"/rules/*.rules.gz; do
	[ -f "$rules" ] || continue
	python3 "$here/duel_rules.py" "$1/vigie-sensor" "$rules" --every 30 --modes fit,cut,near --least 99
done
