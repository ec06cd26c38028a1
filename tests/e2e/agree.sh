# SPDX-License-Identifier: Apache-2.0
# The rules of ET Open that are matched give the same (capture, sid) pairs as Suricata does, over every
# real capture beside the project.
data=$(dirname "$0")/../../../shared/data
if ! command -v suricata >/dev/null || ! command -v editcap >/dev/null; then
	echo 'SKIP: no suricata, or no editcap of Wireshark'
	exit 77
fi
if [ ! -f "$data/EXPECTED.tsv" ]; then
	echo 'SKIP: no captures at ../shared/data'
	exit 77
fi
exec python3 "$(dirname "$0")/agree.py" "$1/vigie-sensor" "$data"
