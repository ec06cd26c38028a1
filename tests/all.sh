# SPDX-License-Identifier: Apache-2.0
# Every test, one line each, and the line that counts them. Called by ./run test [--sanitize].
#
# Units, lint, golden cases, replayed fuzz corpora and end-to-end runs of the real programs; with
# FUZZ_SECONDS (5) of fuzzing a target. --sanitize runs the same under ASan and UBSan.
# A test that exits 77 is skipped, and says why.
set -u
cd "$(dirname "$0")/.."

sanitize=no
for a in "$@"; do
	case $a in
	--sanitize) sanitize=yes ;;
	*) echo "tests: unknown option $a" >&2; exit 2 ;;
	esac
done

# Real rules for the rule room's own tests, where they are at hand.
rules=$(ls ../shared/data/rules/*.rules.gz 2>/dev/null | head -1)
FUZZ_SECONDS=${FUZZ_SECONDS:-5}
work=$(mktemp -d "${TMPDIR:-/tmp}/vigie-test.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
passed=0 failed=0 skipped=0
if [ -n "$rules" ]; then
	gunzip -c "$rules" >"$work/et.rules"
	export VIGIE_ET_RULES="$work/et.rules"
fi

one() { # NAME COMMAND…
	name=$1
	shift
	start=$(date +%s)
	"$@" >"$work/log" 2>&1 </dev/null
	code=$?
	took=$(($(date +%s) - start))
	case $code in
	0)
		passed=$((passed + 1))
		echo "ok      $name (${took} s)"
		;;
	77)
		skipped=$((skipped + 1))
		echo "skipped $name: $(grep -i skip "$work/log" | tail -1)"
		;;
	*)
		failed=$((failed + 1))
		echo "FAILED  $name (exit $code, ${took} s)"
		tail -60 "$work/log" | sed 's/^/    | /'
		;;
	esac
}

build=build
if [ "$sanitize" = yes ]; then
	build=build-sanitize
	[ -f $build/build.ninja ] || meson setup $build -Dbuildtype=debugoptimized \
		-Db_sanitize=address,undefined -Db_lundef=false >/dev/null
	# allocator_may_return_null: tests ask for what nobody has
	export ASAN_OPTIONS=detect_leaks=1:abort_on_error=0:allocator_may_return_null=1 UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1
fi
meson setup --reconfigure $build >/dev/null
if ! ninja -C $build all >"$work/ninja" 2>&1; then
	tail -40 "$work/ninja"
	echo "0 passed, 1 failed"
	exit 1
fi

# Units, lint and replayed corpora: meson builds and runs them; each counts by itself.
meson test -C $build >"$work/meson" 2>&1
if grep -q '"result": "TIMEOUT"' $build/meson-logs/testlog.json; then
	echo 'a test hung (nng_close does, now and then): all of them again, once'
	meson test -C $build >"$work/meson" 2>&1
fi
python3 tests/results.py $build/meson-logs/testlog.json >"$work/results" || {
	tail -60 "$work/meson"
	echo "FAILED  the unit tests did not build"
	failed=$((failed + 1))
}
cat "$work/results"
passed=$((passed + $(grep -c '^ok ' "$work/results")))
failed=$((failed + $(grep -c '^FAILED ' "$work/results")))
skipped=$((skipped + $(grep -c '^skipped ' "$work/results")))

for t in tests/e2e/*.sh tests/golden/run.sh; do
	[ -f "$t" ] && one "$(basename "$t" .sh)" sh "$t" $build
done

if [ "$sanitize" = no ] && command -v clang >/dev/null; then
	[ -f build-fuzz/build.ninja ] || CC=clang meson setup build-fuzz -Dfuzz=true -Ddpdk=disabled \
		-Db_sanitize=address,undefined -Db_lundef=false >/dev/null
	meson setup --reconfigure build-fuzz >/dev/null
	for t in tests/fuzz/*_fuzz.c; do
		n=$(basename "$t" .c)
		if ! ninja -C build-fuzz "tests/$n" >"$work/ninja" 2>&1; then
			one "fuzz $n" sh -c "tail -30 '$work/ninja'; exit 1"
			continue
		fi
		mkdir -p "$work/corpus/$n"
		one "fuzz $n" "build-fuzz/tests/$n" -entropic=0 -max_total_time="$FUZZ_SECONDS" -timeout=10 -error_exitcode=1 \
			-rss_limit_mb=2048 -artifact_prefix="$work/" "$work/corpus/$n" \
			"tests/fuzz/corpus/${n%_fuzz}"
	done
fi

if [ $skipped -gt 0 ]; then
	echo "$passed passed, $failed failed, $skipped skipped"
else
	echo "$passed passed, $failed failed"
fi
[ $failed = 0 ]
