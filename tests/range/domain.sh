# SPDX-License-Identifier: Apache-2.0
# An Active Directory domain of Samba: dc1 (domain controller and resolver), fs1 (member, file server).
# Sourced after net.sh; needs RANGE, the run's directory.
#
# Provisioning takes half a minute, so its result is kept in RANGE_CACHE as a tarball named after this
# file's content, and restored in a second or two. Nothing secret: the passwords stand here.

RANGE_CACHE=${RANGE_CACHE:-${XDG_CACHE_HOME:-/var/cache}/vigie-range}
REALM=CORP.RANGE.TEST
DOMAIN=CORP
DOMAIN_DNS=corp.range.test
ADMIN_PASSWORD='Passw0rd.Admin'
USER_PASSWORD='Passw0rd.User'
UNIX_PASSWORD='summer2026'
UNIX_HASH=$(openssl passwd -6 -salt range "$UNIX_PASSWORD")
DOMAIN_HOSTS='dc1 fs1 ws1 ws2 lin1 win1 gw inet frx branch'

at() { # HOST COMMAND…: as if on that machine
	sh tests/range/enter.sh "$@"
}

# What every machine of the range has of its own.
domain_host() { # NAME
	_d=$RANGE/hosts/$1
	mkdir -p "$_d/etc-samba" "$_d/lib-samba/private" "$_d/cache-samba" "$_d/log-samba" \
		"$_d/run-samba" "$_d/home" "$_d/share"
	chmod 755 "$_d/run-samba"
	printf 'nameserver 10.77.0.10\nsearch %s\n' $DOMAIN_DNS >"$_d/resolv.conf"
	{
		echo '127.0.0.1 localhost'
		for _n in dc1 fs1 ws1 ws2 lin1 win1; do
			echo "$(net_addr $_n) $_n.$DOMAIN_DNS $_n"
		done
	} >"$_d/hosts"
	cat >"$_d/krb5.conf" <<-END
		[libdefaults]
		default_realm = $REALM
		dns_lookup_realm = false
		dns_lookup_kdc = false
		rdns = false
		allow_weak_crypto = true
		[kdc]
		require-preauth = false
		[realms]
		$REALM = {
		kdc = 10.77.0.10
		}
		[domain_realm]
		.$DOMAIN_DNS = $REALM
	END
	sed 's/\[libdefaults\]/&\ndefault_tgs_enctypes = rc4-hmac\ndefault_tkt_enctypes = rc4-hmac/' \
		"$_d/krb5.conf" >"$_d/krb5-rc4.conf"
	cp /etc/passwd /etc/group /etc/shadow "$_d/"
	chmod 1777 "$_d/home"
	for _u in op backup2; do
		echo "$_u:x:3000:100::$_d/home:/bin/sh" >>"$_d/passwd"
		echo "$_u:$UNIX_HASH:20000:0:99999:7:::" >>"$_d/shadow"
	done
	chmod 600 "$_d/shadow"
	cat >"$_d/etc-samba/smb.conf" <<-END
		[global]
		workgroup = $DOMAIN
		realm = $REALM
		client min protocol = SMB2
		client signing = desired
	END
}

# The variants of encryption are one included line, read again on `smbcontrol reload-config`.
domain_sealed() { # off | desired
	for _n in dc1 fs1; do
		echo "server smb encrypt = $1" >"$RANGE/hosts/$_n/etc-samba/seal.conf"
		at $_n smbcontrol smbd reload-config 2>/dev/null || true
	done
}

domain_conf_member() {
	cat >"$RANGE/hosts/fs1/etc-samba/smb.conf" <<-END
		[global]
		workgroup = $DOMAIN
		realm = $REALM
		security = ads
		netbios name = fs1
		kerberos method = secrets only
		idmap config * : backend = autorid
		idmap config * : range = 100000-9999999
		winbind use default domain = no
		template shell = /bin/sh
		load printers = no
		printcap name = /dev/null
		disable spoolss = no
		include = /etc/samba/seal.conf
		log level = 1
		[data]
		path = $RANGE_SHARE/data
		read only = no
		force user = root
		[home]
		path = $RANGE_SHARE/home
		read only = no
		force user = root
		[ADMIN\$]
		path = $RANGE_SHARE/admin
		read only = no
		admin users = "$DOMAIN\\Administrator"
		[C\$]
		path = $RANGE_SHARE/c
		read only = no
		admin users = "$DOMAIN\\Administrator"
	END
	cat >"$RANGE/hosts/fs1/nsswitch.conf" <<-END
		passwd: files winbind
		group: files winbind
		hosts: files dns
	END
}

# Users, SPNs, the account that asks for no preauthentication: offline, before the first start.
domain_fill() {
	_st="at dc1 samba-tool"
	$_st domain passwordsettings set --complexity=off --min-pwd-age=0 --history-length=0 \
		--account-lockout-threshold=0 -s /etc/samba/smb.conf
	for _u in alice bob carol dave erin frank svc_sql svc_web svc_backup; do
		$_st user create $_u "$USER_PASSWORD" -s /etc/samba/smb.conf
	done
	$_st spn add MSSQLSvc/fs1.$DOMAIN_DNS:1433 svc_sql -s /etc/samba/smb.conf
	$_st spn add HTTP/lin1.$DOMAIN_DNS svc_web -s /etc/samba/smb.conf
	$_st spn add backup/fs1.$DOMAIN_DNS svc_backup -s /etc/samba/smb.conf
	# DONT_REQUIRE_PREAUTH is 0x400000; Samba's KDC asks the same bit of krbtgt, and [kdc] of its
	# krb5.conf.
	for _u in erin krbtgt; do
		_uac=$(at dc1 ldbsearch -H /var/lib/samba/private/sam.ldb "(samAccountName=$_u)" \
			userAccountControl | sed -n 's/^userAccountControl: //p')
		printf 'dn: CN=%s,CN=Users,DC=corp,DC=range,DC=test\nchangetype: modify\nreplace: userAccountControl\nuserAccountControl: %d\n' \
			$_u $((_uac | 0x400000)) | at dc1 ldbmodify -H /var/lib/samba/private/sam.ldb
	done
}

domain_provision() {
	rm -f "$RANGE/hosts/dc1/etc-samba/smb.conf"
	at dc1 samba-tool domain provision --realm=$REALM --domain=$DOMAIN --server-role=dc \
		--dns-backend=SAMBA_INTERNAL --adminpass="$ADMIN_PASSWORD" --host-name=dc1 \
		--host-ip=10.77.0.10 --option='interfaces=lo eth0' --option='bind interfaces only=yes'
	_c=$RANGE/hosts/dc1/etc-samba/smb.conf
	sed -i '/dns forwarder/d' "$_c"
	sed -i 's/^\[global\]/&\n\tdns forwarder = 203.0.113.53\n\tinclude = \/etc\/samba\/seal.conf\n\tntlm auth = mschapv2-and-ntlmv2-only\n\tallow nt4 crypto = yes\n\treject md5 clients = no\n\tserver schannel = yes\n\tldap server require strong auth = no/' "$_c"
	cat >>"$_c" <<-END

		[C\$]
		path = $RANGE_SHARE/c
		read only = no
		[ADMIN\$]
		path = $RANGE_SHARE/admin
		read only = no
	END
	domain_fill
	domain_dc_start
	domain_conf_member
	at fs1 net ads join -U "Administrator%$ADMIN_PASSWORD" --no-dns-updates
	at fs1 net ads changetrustpw # a machine that was joined long ago: key version 2
	domain_dc_stop
	rm -rf "$RANGE"/hosts/*/run-samba/* "$RANGE"/hosts/*/log-samba/*
}

domain_dc_start() {
	at dc1 samba -F --no-process-group --debug-stdout >"$RANGE/samba.log" 2>&1 </dev/null &
	domain_dc_pid=$!
	_n=0
	until on ws1 nc -z -w 1 10.77.0.10 445 && on ws1 nc -z -w 1 10.77.0.10 389 &&
		on ws1 nc -z -w 1 10.77.0.10 88 && on ws1 nc -z -w 1 10.77.0.10 135; do
		_n=$((_n + 1))
		[ $_n -lt 200 ] || { echo 'the domain controller does not start' >&2; return 1; }
		sleep 0.1
	done
}

domain_dc_stop() { # cleanly: the databases are to be copied
	for _p in $(ip netns pids "$(ns dc1)"); do
		kill "$_p" 2>/dev/null || true
	done
	wait $domain_dc_pid 2>/dev/null || true
	sleep 0.5
}

domain_member_start() {
	domain_conf_member
	at fs1 winbindd -F --no-process-group --debug-stdout >"$RANGE/winbindd.log" 2>&1 </dev/null &
	at fs1 smbd -F --no-process-group --debug-stdout >"$RANGE/smbd.log" 2>&1 </dev/null &
	_n=0
	until on ws1 nc -z -w 1 10.77.0.20 445 && at fs1 wbinfo -t >/dev/null 2>&1; do
		_n=$((_n + 1))
		[ $_n -lt 200 ] || { echo 'the member does not start' >&2; return 1; }
		sleep 0.1
	done
}

# Provisioned or restored, then started.
domain_up() {
	RANGE_SHARE=/srv # what the range's machines see; see enter.sh
	_key=$( (cat tests/range/domain.sh; smbd -V) | sha256sum | cut -c1-16)
	_tar=$RANGE_CACHE/domain-$_key.tar
	for _n in $DOMAIN_HOSTS; do
		domain_host $_n
	done
	for _n in dc1 fs1; do
		mkdir -p "$RANGE/hosts/$_n/srv/data" "$RANGE/hosts/$_n/srv/home" \
			"$RANGE/hosts/$_n/srv/admin/Temp" "$RANGE/hosts/$_n/srv/c/Users"
		echo 'server smb encrypt = off' >"$RANGE/hosts/$_n/etc-samba/seal.conf"
	done
	if [ -s "$_tar" ]; then
		tar -C "$RANGE/hosts" --xattrs --xattrs-include='*' --acls -xf "$_tar"
	else
		domain_provision >"$RANGE/provision.log" 2>&1 || {
			tail -30 "$RANGE/provision.log" >&2
			return 1
		}
		mkdir -p "$RANGE_CACHE"
		rm -f "$RANGE_CACHE"/domain-*.tar
		tar -C "$RANGE/hosts" --xattrs --xattrs-include='*' --acls -cf "$_tar.$$" \
			--exclude=winbindd_privileged --exclude=ntp_signd --exclude=ldapi \
			dc1/etc-samba dc1/lib-samba dc1/cache-samba fs1/lib-samba fs1/cache-samba
		mv "$_tar.$$" "$_tar"
	fi
	domain_dc_start
	domain_member_start
}
