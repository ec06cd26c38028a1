# SPDX-License-Identifier: Apache-2.0
# ./run bench [--install-suricata] [--rules FILE] [CAPTURE]: see bench/bench.py.
set -eu
cd "$(dirname "$0")/.."
build=$1
shift

# Debian's suricata for bookworm lives in bookworm-backports; the suite is added beside the machine's
# own bookworm source, from the same place.
install_suricata() {
	command -v suricata >/dev/null && return
	[ "$(id -u)" = 0 ] || { echo 'bench: --install-suricata needs root' >&2; exit 1; }
	uri=$(apt-get indextargets --format '$(SITE)' 'Codename: bookworm' 'Created-By: Packages' |
		grep -v security | head -1)
	[ -n "$uri" ] || uri=$(apt-get indextargets --format '$(SITE)' | head -1)
	echo "deb $uri bookworm-backports main" >/etc/apt/sources.list.d/vigie-bench.list
	apt-get update -q >/dev/null
	DEBIAN_FRONTEND=noninteractive apt-get install -yq --no-install-recommends \
		-t bookworm-backports suricata >/dev/null
}

if [ "${1:-}" = --install-suricata ]; then
	shift
	install_suricata
fi
exec python3 bench/bench.py "$build" "$@"
