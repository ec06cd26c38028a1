# SPDX-License-Identifier: Apache-2.0
# Sourced first by every item. An item runs on the machine its header names in `from` and says with its
# exit status whether what its header promises came true.
#
# From the recorder: RANGE, RANGE_HERE (tests/range), NET_ID, the names of the domain, the passwords.
[ -n "$(ip netns identify $$ 2>/dev/null)" ] || { echo 'not in a namespace of the range' >&2; exit 2; }
dc1=10.77.0.10 fs1=10.77.0.20 ws1=10.77.0.31 ws2=10.77.0.32 lin1=10.77.0.40 win1=10.77.0.50
branch() { # N: the first so many machines of the branch, a line each
	seq -f '10.77.8.%g' 1 "$1"
}
export IMPACKET=/usr/share/doc/python3-impacket/examples
data=$RANGE/hosts/fs1/srv/data # fs1's share, as the range's keeper sees it

at() { # HOST COMMAND…: as if on another machine
	sh "$RANGE_HERE/enter.sh" "$@"
}

impacket() { # TOOL ARGUMENTS…
	_tool=$1
	shift
	timeout 60 /usr/bin/python3 "$IMPACKET/$_tool.py" "$@" 2>&1
}

types() { # PAUSE LINE…: as hands do it, each line after so many seconds
	while [ $# -gt 1 ]; do
		sleep "$1"
		printf '%s\n' "$2"
		shift 2
	done
}

says() { # PATTERN COMMAND…: runs it, shows what it said, true if the pattern was in it
	_want=$1
	shift
	_said=$("$@" 2>&1 </dev/null) || true
	printf '%s\n' "$_said" | tail -40
	printf '%s\n' "$_said" | grep -aqE -- "$_want"
}

passwords() { # N: as many wrong ones, for the guessing tools
	seq -f 'guess%02g' "$1"
}

documents() { # DIRECTORY N BYTES: office-like files, before anybody looks
	rm -rf "${1:?}"
	mkdir -p "$1"
	python3 - "$1" "$2" "$3" <<-'END'
		import pathlib, random, sys
		r = random.Random(7)
		words = "invoice order customer report total march april euro contract the and of".split()
		for i in range(int(sys.argv[2])):
		    text = " ".join(r.choices(words, k=int(sys.argv[3]) // 6))
		    kind = r.choice(["docx", "xlsx", "pdf", "txt"])
		    pathlib.Path(sys.argv[1], f"file{i:03}.{kind}").write_text(text)
	END
	chmod -R a+rwX "$1"
}
mixed() { # DIRECTORY N LEAST MOST: the same of sizes between, small ones more than large
	rm -rf "${1:?}"
	mkdir -p "$1"
	python3 - "$@" <<-'END'
		import math, pathlib, random, sys
		r = random.Random(9)
		words = "invoice order customer report total march april euro contract the and of".split()
		n, least, most = map(int, sys.argv[2:])
		for i in range(n):
		    size = round(math.exp(r.uniform(math.log(least), math.log(most))))
		    text = " ".join(r.choices(words, k=2000))
		    kind = r.choice(["docx", "xlsx", "pdf", "txt"])
		    pathlib.Path(sys.argv[1], f"file{i:03}.{kind}").write_text((text * (size // len(text) + 1))[:size])
	END
	chmod -R a+rwX "$1"
}

nthash() { # ACCOUNT: its NT hash, from the domain controller's own disk
	at dc1 ldbsearch -H /var/lib/samba/private/sam.ldb "(samAccountName=$1)" unicodePwd |
		sed -n 's/^unicodePwd:: //p' | base64 -d | od -An -tx1 | tr -d ' \n'
}

aeskey() { # ACCOUNT: its AES-256 key, the same way
	rm -f "$RANGE/hosts/dc1/home/keytab"
	at dc1 samba-tool domain exportkeytab "$RANGE/hosts/dc1/home/keytab" --principal="$1" >/dev/null
	klist -K -e -k "$RANGE/hosts/dc1/home/keytab" | sed -n 's/.*aes256.*(0x\([0-9a-f]*\)).*/\1/p' | tail -1
}

calls() { # NAME HOST USER PASSWORD: see calls.py
	timeout 40 /usr/bin/python3 "$RANGE_HERE/calls.py" "$@" 2>&1
}

domain_sid() {
	at dc1 ldbsearch -H /var/lib/samba/private/sam.ldb '(objectClass=domainDNS)' objectSid |
		sed -n 's/^objectSid: //p' | head -1
}
