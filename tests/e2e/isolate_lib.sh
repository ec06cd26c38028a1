# SPDX-License-Identifier: Apache-2.0
# Sourced by the isolation tests: folders, the driver, and the words they end with.
src=${VIGIE_SOURCE:-$(cd "$(dirname "$0")/../.." && pwd)}
build=${VIGIE_BUILD:-$src/build}
dir=${VIGIE_ISOLATORS:-$build}
work=$(mktemp -d "${TMPDIR:-/tmp}/vg-isolate.XXXXXX")
passed=0 failed=0

skip() { echo "SKIPPED: $*"; exit 77; }
ok() { # ok WHAT COMMAND…: the command must succeed
	what=$1; shift
	if "$@"; then passed=$((passed + 1)); echo "ok - $what"
	else failed=$((failed + 1)); echo "not ok - $what"; fi
}
no() { ! "$@"; }
finish() { # the last line of a test
	echo "$passed passed, $failed failed"
	[ "$failed" -eq 0 ]
}

# The engine's driver, made from the sources so that no build option matters.
build_drive() {
	drive=${VIGIE_ISOLATE_DRIVE:-$work/drive}
	[ -x "$drive" ] && return
	cc -std=gnu11 -O2 -D_GNU_SOURCE -DVIGIE_ISOLATORS='"/nowhere"' $(
		[ "$(uname -m)" = x86_64 ] && echo -msse4.2) \
		-I"$src/sensor" -I"$src/collector" -I"$src/collector/isolators" -o "$drive" \
		"$src/tests/e2e/isolate_drive.c" "$src"/sensor/base/*.c "$src"/sensor/wire/*.c \
		"$src"/sensor/config/*.c "$src/collector/audit.c" "$src/collector/policy.c" \
		"$src"/collector/isolate*.c "$src/collector/isolators/protect.c" \
		-lsqlite3 -ljansson -lcrypto -lyaml -lm -lpthread
}

# json FILE EXPRESSION: a Python expression over `j`, true or not.
json() { python3 -c 'import json,sys; j=json.load(open(sys.argv[1])); sys.exit(0 if eval(sys.argv[2]) else 1)' "$1" "$2"; }
field() { python3 -c 'import json,sys; j=json.load(open(sys.argv[1])); print(eval(sys.argv[2]))' "$1" "$2"; }
