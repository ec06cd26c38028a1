# SPDX-License-Identifier: Apache-2.0
# The tests of another engine: as many as verify.expected says pass, and which do not is said.
data=$(dirname "$0")/../../../shared/data
if [ ! -f "$data/suricata-verify.index.tsv" ]; then
	echo 'skipped: no tests at ../shared/data/suricata-verify.index.tsv'
	exit 77
fi
exec python3 "$(dirname "$0")/verify.py" "$1/vigie-sensor" "$data" \
	--expected "$(dirname "$0")/verify.expected"
