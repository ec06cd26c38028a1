# SPDX-License-Identifier: Apache-2.0
# A sample of the real captures beside the project (every 12th; all with CAPTURES=all), where there
# are any: no crash, the same bytes for 1, 2 and 4 workers, scan silence on quiet classes.
data=$(dirname "$0")/../../../shared/data
if [ ! -f "$data/EXPECTED.tsv" ]; then
	echo 'SKIP: no captures at ../shared/data'
	exit 77
fi
every=12
[ "${CAPTURES:-}" = all ] && every=1
exec python3 "$(dirname "$0")/captures.py" "$1/vigie-sensor" "$data" --scan --every $every
