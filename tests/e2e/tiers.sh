# SPDX-License-Identifier: Apache-2.0
# --list-detectors against the golden cases: what it calls a finding is never an alert there.
cd "$(dirname "$0")/../.." || exit 1
list=$("$1/vigie-sensor" --list-detectors) || exit 1
findings=$(echo "$list" | sed -n 's/^ *\(900:[0-9]*\)  finding .*/\1/p')
[ "$(echo "$findings" | wc -l)" -gt 50 ] || { echo "only these are findings: $findings"; exit 1; }
failed=0
for id in $findings; do
	grep -l "^alert $id " tests/golden/*/expected && { echo "$id is listed as a finding"; failed=1; }
done
echo "$(echo "$findings" | wc -l) numbers, $failed failed"
exit $failed
