#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The isolator ssh against a real sshd on loopback, in a folder of its own: own keys, a forced command
# as the device, the host key pinned; and what happens when that key changes. Exit 77: no sshd.
. "$(dirname "$0")/isolate.inc"
[ -x /usr/sbin/sshd ] && command -v ssh-keygen >/dev/null || skip "sshd and ssh-keygen are needed"
[ -x "$dir/vigie-isolate-ssh" ] || skip "no vigie-isolate-ssh in $dir (VIGIE_BUILD)"
[ "$(id -u)" != 0 ] || mkdir -p /run/sshd
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
sshd_pid=

cleanup() {
	trap - EXIT INT TERM
	[ -z "$sshd_pid" ] || kill "$sshd_pid" 2>/dev/null
	rm -rf "$work"
}
trap cleanup EXIT
trap 'exit 130' INT TERM

# The device: a list of MACs. It writes down what it was asked, word by word.
cat >"$work/device" <<'DEVICE'
#!/bin/sh
d=$(dirname "$0")
echo "$SSH_ORIGINAL_COMMAND" >>"$d/asked"
set -- $SSH_ORIGINAL_COMMAND
case $1 in
locate) echo "port ge-0/0/7 vlan 10" ;;
block) [ ! -e "$d/hang" ] || sleep 20; echo "$2" >>"$d/blocked" ;;
unblock) grep -v "^$2$" "$d/blocked" >"$d/new"; mv "$d/new" "$d/blocked" ;;
show) grep -q "^$2$" "$d/blocked" && echo present || echo absent ;;
*) echo "no such command" >&2; exit 3 ;;
esac
DEVICE
chmod +x "$work/device"; : >"$work/blocked"
ssh-keygen -q -t ed25519 -N '' -f "$work/host" && ssh-keygen -q -t ed25519 -N '' -f "$work/key" &&
	ssh-keygen -q -t ed25519 -N '' -f "$work/other" || exit 1
echo "restrict,command=\"$work/device\" $(cat "$work/key.pub")" >"$work/authorized"
echo "[127.0.0.1]:$port $(cat "$work/host.pub")" >"$work/known"
start_sshd() { # start_sshd HOSTKEY
	cat >"$work/config" <<CONF
Port $port
ListenAddress 127.0.0.1
HostKey $1
PidFile none
AuthorizedKeysFile $work/authorized
StrictModes no
UsePAM no
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitRootLogin forced-commands-only
CONF
	/usr/sbin/sshd -D -e -f "$work/config" 2>>"$work/sshd.log" &
	sshd_pid=$!
	for i in $(seq 100); do
		python3 -c "import socket; socket.create_connection(('127.0.0.1', $port), 1)" 2>/dev/null && return
		sleep 0.2
	done
}
start_sshd "$work/host"
build_drive || exit 1

P="ssh.host=127.0.0.1,ssh.port=$port,ssh.user=$(id -un),ssh.key=$work/key,ssh.known_hosts=$work/known"
T="ssh.locate=locate {mac},ssh.verify=show {mac},ssh.release=unblock {mac} {id}"
vg() {
	"$drive" "$work/db" --set isolate.mode=manual --set "isolate.dir=$dir" \
		--set "isolate.audit=$work/audit.log" --set isolate.isolator=ssh \
		--set "isolate.params=$P,$T,ssh.apply=${apply:-block {mac\} {ttl\} {id\}}" \
		--set isolate.host_percent=100 --set isolate.rate_max=1000 "$@"
}
vg sight 10.99.0.11 02:00:00:00:99:11

vg plan 10.99.0.11 >"$work/plan"
ok "plan" [ $? = 0 ]
ok "plan has ssh's exact words, the undo and the port" json "$work/plan" \
	"'StrictHostKeyChecking=yes' in j['isolation']['commands'][0] and 'unblock 02:00:00:00:99:11' in j['isolation']['undo'] and 'ge-0/0/7' in j['isolation']['port']"
ok "plan blocked nothing" no grep -q 02:00 "$work/blocked"
vg apply 10.99.0.11 60 >"$work/iso"
ok "applied, and the device said so" json "$work/iso" \
	"j['status'] == 'active' and j['effect'] == 'effective' and j['proof_kind'] == 'device read back' and not j['times_out']"
ok "the device blocks it" grep -q 02:00:00:00:99:11 "$work/blocked"
ok "the forced command got exactly our words" grep -Eq \
	'^block 02:00:00:00:99:11 (4[0-9]|5[0-9]|60) [0-9a-f-]{36}$' "$work/asked"
ok "the prior state is kept with it" json "$work/iso" "'vlan 10' in j['prior']"
ok "a lease is on disk" [ "$(python3 -c "import sqlite3; print(sqlite3.connect('$work/db').execute('select count(*) from leases').fetchone()[0])")" = 1 ]
vg release 10.99.0.11 >"$work/rel"
ok "released" json "$work/rel" "j['status'] == 'released'"
ok "the device blocks nothing" [ ! -s "$work/blocked" ]

vg apply 10.99.0.11 10 >/dev/null
ok "a lease of ten seconds: blocked" [ -s "$work/blocked" ]
sleep 10
vg tick
ok "a lease is ended by the engine, started anew" [ ! -s "$work/blocked" ]

touch "$work/hang"
vg --set isolate.timeout_s=6 apply 10.99.0.11 60 >"$work/hung" 2>/dev/null
ok "a device that hangs: unknown" json "$work/hung" "j['status'] == 'unknown'"
rm "$work/hang"
vg tick 2>/dev/null
vg list >"$work/list"
ok "asked again: not there yet, so still unknown" json "$work/list" "j[0]['status'] == 'unknown'"
for i in $(seq 200); do [ -s "$work/blocked" ] && break; sleep 0.2; done
vg verify 10.99.0.11 >"$work/late"
ok "the device did it late: found, and active" json "$work/late" "j['status'] == 'active'"
vg release 10.99.0.11 >/dev/null
ok "nothing is left isolated" [ ! -s "$work/blocked" ]
: >"$work/asked"
apply='no-such {mac}' vg apply 10.99.0.11 60 >"$work/nosuch" 2>/dev/null
ok "a device that refuses: not effective" json "$work/nosuch" "j['effect'] != 'effective'"
vg release-all >/dev/null
apply='block {mac};reboot' vg apply 10.99.0.11 60 >"$work/inject" 2>"$work/inject.err"
ok "a template with a shell's character is refused" grep -q "may not be sent" "$work/inject.err"
ok "and nothing was sent" no grep -q reboot "$work/asked"

kill "$sshd_pid"; wait "$sshd_pid" 2>/dev/null
start_sshd "$work/other"
: >"$work/asked"
vg apply 10.99.0.11 60 >"$work/mitm" 2>"$work/mitm.err"
ok "a changed host key is refused" no [ $? = 0 ]
ok "and said" grep -qi "host key\|IDENTIFICATION" "$work/mitm.err"
ok "and nothing was sent to it" [ ! -s "$work/asked" ]
finish
