# SPDX-License-Identifier: Apache-2.0
# mutate.sh BUILD: real captures and recordings, changed as mirrors change them, are still told, and of
# ordinary ones nobody is accused; a bounded part of what tests/e2e/mutate.py does. The counts are held
# in mutate.expected: `python3 tests/e2e/mutate.py … --hold tests/e2e/mutate.expected --write` after a
# change that is meant, and read.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
build=${1:-build}
data=${VIGIE_DATA:-$here/../../../shared/data}
if [ ! -f "$data/EXPECTED.tsv" ]; then
	echo "skipped: the shared captures are not beside this tree ($data)"
	exit 77
fi
exec python3 "$here/mutate.py" "$build/vigie-sensor" "$data" --golden "$here/../golden" \
	--classes lateral,credaccess,bruteforce,injection,scan,quiet --hold "$here/mutate.expected" \
	--mutations 'IPv6,snaplen 256,client to server only,server to client only,first half cut,sessions without 3,loss 5 %,everything twice,public site' ${2:+"$2"}
