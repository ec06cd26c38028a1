#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# enter.sh HOST COMMAND…: runs as if on that machine of the range: its network namespace, its name, its
# /etc/samba, /var/lib/samba, resolver. Programs keep their default paths, and the machine under the
# range keeps its files: all mounts are private to the command.
#
# Needs NET_ID and RANGE (the run's directory) in the environment.
set -eu
if [ "${1:-}" != --inside ]; then
	host=$1
	shift
	exec ip netns exec "$NET_ID-$host" unshare --uts --mount sh "$0" --inside "$host" "$@"
fi
host=$2
shift 2
[ -n "$(ip netns identify $$)" ] || { echo 'enter.sh: not in a namespace of the range' >&2; exit 1; }
hostname "$host"
h=$RANGE/hosts/$host
bind() { # FROM TO: where both exist
	[ -e "$1" ] && [ -e "$2" ] || return 0
	mount --bind "$1" "$2"
}
bind "$h/etc-samba" /etc/samba
bind "$h/lib-samba" /var/lib/samba
bind "$h/cache-samba" /var/cache/samba
bind "$h/log-samba" /var/log/samba
bind "$h/run-samba" /run/samba
bind "$h/srv" /srv
bind "$h/hosts" /etc/hosts
bind "$h/resolv.conf" "$(readlink -f /etc/resolv.conf)"
bind "$h/nsswitch.conf" /etc/nsswitch.conf
for f in passwd group shadow; do
	bind "$h/$f" /etc/$f
done
export KRB5_CONFIG="$h/krb5.conf" KRB5CCNAME="$h/ccache" HOME="$h/home"
exec "$@"
