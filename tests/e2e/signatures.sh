# SPDX-License-Identifier: Apache-2.0
# Every signature of ours has a golden case of its own, with the rule as it is now; Suricata, where it is
# installed, says the same of each.
here=$(dirname "$0")
python3 "$here/../golden/make_signatures.py" --check || exit 1
if ! command -v suricata >/dev/null; then
	echo 'skipped: no suricata to hold the signatures beside'
	exit 0
fi
exec python3 "$here/signatures.py" "$here/../golden"
