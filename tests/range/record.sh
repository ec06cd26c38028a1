# SPDX-License-Identifier: Apache-2.0
# Runs items and records each from the mirror port. Sourced after servers.sh.
#
# One item gives OUT/NAME.pcap, OUT/NAME.log (what its programs said) and a line of OUT/truth.jsonl.

export RANGE NET_ID RANGE_HERE=$PWD/tests/range REALM DOMAIN DOMAIN_DNS ADMIN_PASSWORD USER_PASSWORD UNIX_PASSWORD

header() { # FIELD FILE
	sed -n "s/^# $1: //p" "$2" | head -1
}

stragglers() { # what an item left running: everything younger than the servers
	for _n in $DOMAIN_HOSTS; do
		for _p in $(ip netns pids "$(ns $_n)" 2>/dev/null); do
			case " $servers_pids " in
			*" $_p "*) ;;
			*) case $(cat /proc/$_p/comm 2>/dev/null) in
				ssh | ncat | rclone | lftp | iodine* | dns2tcp* | ptunnel* | htc | hts | nc | socat | hydra | nmap | sleep | sh | timeout | python3)
					_parent=$(cut -d' ' -f4 /proc/$_p/stat 2>/dev/null || echo 1)
					case " $servers_pids " in
					*" $_parent "*) ;;
					*) kill "$_p" 2>/dev/null || true ;;
					esac ;;
				esac ;;
			esac
		done
	done
}

fs1_lets_in() {
	at fs1 smbclient //127.0.0.1/data -U "$DOMAIN\\svc_backup%$USER_PASSWORD" -c exit >/dev/null 2>&1
}

# What an item does to fs1 must not reach the next. A forged ticket that is accepted is believed: its PAC
# names the domain CORP.RANGE.TEST, winbindd takes that for the owner of the domain's SID, and refuses everybody of
# CORP until it has forgotten (add_trusted_domain: SID already used).
heal() {
	fs1_lets_in && return 0
	for _p in $(ip netns pids "$(ns fs1)"); do # -9: smbd told to end ends its process group, and the run
		case $(cat /proc/$_p/comm 2>/dev/null) in
		smbd* | winbindd | rpcd_* | samba-*) kill -9 "$_p" 2>/dev/null || true ;;
		esac
	done
	until ! on fs1 ss -Hltn 'sport = 445' | grep -q .; do sleep 0.1; done
	rm -f "$RANGE"/hosts/fs1/*/winbindd_cache.tdb "$RANGE"/hosts/fs1/*/netsamlogon_cache.tdb \
		"$RANGE"/hosts/fs1/*/gencache.tdb
	domain_member_start
	fs1_lets_in && echo "        fs1 was set right after $_name"
}

record_one() { # FILE VARIANT OUT: 0 if what the header says came true
	_f=$1 _variant=$2 _out=$3
	_name=$(basename "$_f" .sh)$([ "$_variant" = off ] || echo -sealed)
	rm -rf "$_out/$_name.pcap"
	if [ "$_variant" != "$record_variant" ]; then
		domain_sealed "$_variant"
		record_variant=$_variant
	fi
	for _h in $DOMAIN_HOSTS; do
		rm -f "$RANGE/hosts/$_h/ccache"
		ip netns exec "$(ns $_h)" ip neigh flush all 2>/dev/null || true
	done
	: >"$RANGE/tcpdump.log"
	ip netns exec "$(ns sen)" tcpdump -i span0 -U -w "$_out/$_name.pcap" -B 65536 -Z root >/dev/null 2>"$RANGE/tcpdump.log" &
	_recorder=$!
	until grep -q listening "$RANGE/tcpdump.log"; do sleep 0.05; done
	_from=$(header from "$_f")
	_start=$(date +%s.%6N)
	_came=true
	at "$_from" timeout --foreground -k 5 150 sh "$PWD/$_f" >"$_out/$_name.log" 2>&1 </dev/null || _came=false
	_end=$(date +%s.%6N)
	sleep 1.5 # the mirror drains, the last answers come
	kill "$_recorder"
	wait "$_recorder" 2>/dev/null || true
	stragglers
	heal || echo "        fs1 lets nobody in after $_name" >&2
	$_came && _outcome=$(header outcome "$_f") || _outcome=broken
	printf '{"item":"%s","technique":"%s","source":"%s","destination":"%s","account":"%s","start":%s,"end":%s,"outcome":"%s"}\n' \
		"$_name" "$(header technique "$_f")" "$(net_addr "$_from")" "$(net_addr "$(header to "$_f")")" \
		"$(header account "$_f" | sed 's/\\/\\\\/g')" "$_start" "$_end" "$_outcome" \
		>>"$_out/truth.jsonl"
	$_came
}

record() { # OUT [NAME…]: all items, or the named; fails if one did not come true
	_where=$1
	shift
	_broken=0
	record_variant=off
	servers_pids=$(for _n in $DOMAIN_HOSTS; do ip netns pids "$(ns $_n)" 2>/dev/null; done | tr '\n' ' ')
	for _v in off desired; do
		for _i in $(printf '%s\n' tests/range/items/*.sh | sort $RANGE_ORDER); do
			case $_v:$(header smb "$_i") in
			off:sealed) continue ;;
			desired:both | desired:sealed | off:*) ;;
			*) continue ;;
			esac
			_short=$(basename "$_i" .sh)
			[ $# = 0 ] || case " $* " in *" $_short "*) ;; *) continue ;; esac
			_t0=$(date +%s%N)
			if record_one "$_i" $_v "$_where"; then _w=ok; else _w=BROKEN _broken=1; fi
			printf '%-7s %-26s %4d s %8d bytes\n' $_w "$_name" \
				$((($(date +%s%N) - _t0) / 1000000000)) "$(stat -c %s "$_where/$_name.pcap")"
		done
	done
	return $_broken
}
