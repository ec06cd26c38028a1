# SPDX-License-Identifier: Apache-2.0
# meson install into an empty folder: everything is there, the installed sensor finds its own
# signatures, units and manuals are sound as far as this machine can tell.
set -eu
build=$1
work=$(mktemp -d "${TMPDIR:-/tmp}/vigie-install.XXXXXX")
trap 'rm -rf "$work"' EXIT
bad=0

fail() {
	echo "FAILED: $*"
	bad=$((bad + 1))
}

DESTDIR=$work meson install -C "$build" --no-rebuild >"$work/log" 2>&1 || { tail "$work/log"; exit 1; }
sensor=$(find "$work" -type f -name vigie-sensor -perm -u+x | head -1)
prefix=$(dirname "$(dirname "$sensor")")

for f in bin/vigie-sensor bin/vigie-collector bin/vigie share/vigie/signatures \
	lib/systemd/system/vigie-sensor.service lib/systemd/system/vigie-collector.service \
	lib/sysusers.d/vigie.conf lib/tmpfiles.d/vigie.conf lib/udev/rules.d/70-vigie-vfio.rules \
	etc/vigie/sensor.yaml etc/vigie/collector.yaml etc/logrotate.d/vigie \
	share/man/man1/vigie-sensor.1 share/man/man1/vigie.1 share/man/man5/vigie.conf.5 \
	share/man/man8/vigie-collector.8 share/bash-completion/completions/vigie-sensor \
	share/bash-completion/completions/vigie; do
	[ -e "$prefix/$f" ] || [ -e "$work/$f" ] || fail "$f is not installed"
done
# What the manuals and the collector name is where it was put.
for f in $(sed -n 's,^\.I \(/.*/\(etc/vigie\|signatures\|isolators\).*\),\1,p' "$prefix"/share/man/man?/* | sort -u) \
	$("$prefix/bin/vigie-collector" --help | sed -n 's/.*default \(.*\) if .*/\1/p'); do
	[ -e "$work/$f" ] || fail "$f is named, and is not there"
done
[ -x "$prefix/libexec/vigie/isolators/vigie-isolate-dry-run" ] || fail "no isolators"

# The installed sensor, its own installed signatures, its own configuration.
"$sensor" -T -c "$prefix/etc/vigie/sensor.yaml" >"$work/t" 2>&1 || fail "-T: $(tail -3 "$work/t")"
installed=$(cat "$prefix"/share/vigie/signatures/*.rules | grep -c '^alert')
"$sensor" selftest --json >"$work/selftest" 2>/dev/null || :
grep -q "\"$installed rules" "$work/selftest" || fail "it does not load its $installed signatures"
mv "$prefix/share/vigie/signatures/scan.rules" "$work/" 2>/dev/null ||
	mv "$(ls "$prefix"/share/vigie/signatures/*.rules | head -1)" "$work/"
"$sensor" selftest --json >"$work/selftest" 2>/dev/null || :
! grep -q "\"$installed rules" "$work/selftest" || fail "it reads other signatures than the installed ones"
"$prefix/bin/vigie-collector" -T -c "$prefix/etc/vigie/collector.yaml" >"$work/t" 2>&1 ||
	fail "collector -T: $(tail -3 "$work/t")"

for page in "$prefix"/share/man/man?/*; do
	if command -v man >/dev/null; then
		LC_ALL=C MANWIDTH=80 man --warnings -l "$page" 2>"$work/man" >/dev/null
		[ ! -s "$work/man" ] || fail "$page: $(cat "$work/man")"
	fi
done
for f in "$prefix"/share/bash-completion/completions/*; do
	! command -v bash >/dev/null || bash -n "$f" || fail "$f"
done
if command -v systemd-analyze >/dev/null; then
	# Where the programs are is not where the units will find them: theirs are put in place.
	mkdir "$work/units"
	for u in "$prefix"/lib/systemd/system/*.service; do
		sed "s,=[^ ]*/bin/vigie,=$prefix/bin/vigie," "$u" >"$work/units/$(basename "$u")"
	done
	systemd-analyze verify --man=no "$work"/units/*.service 2>&1 | grep -i vigie >"$work/verify" || :
	[ ! -s "$work/verify" ] || fail "systemd-analyze: $(cat "$work/verify")"
fi
if command -v systemd-sysusers >/dev/null; then
	mkdir -p "$work/root/etc"
	systemd-sysusers --root="$work/root" "$prefix/lib/sysusers.d/vigie.conf" >"$work/su" 2>&1
	grep -q '^vigie:' "$work/root/etc/passwd" || fail "sysusers: $(cat "$work/su")"
fi
echo "$bad wrong"
[ $bad = 0 ]
