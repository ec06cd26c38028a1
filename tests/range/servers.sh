# SPDX-License-Identifier: Apache-2.0
# The other servers of the range. Sourced after domain.sh. All start at once; servers_wait waits for
# the ports the items count on.

servers_display=$((10000 + $$ % 20000)) # X servers lock it for the whole machine

servers_log() { # NAME COMMAND…: in the background, its words in a file
	_log=$RANGE/$1.log
	shift
	"$@" >"$_log" 2>&1 </dev/null &
}

servers_ssh() { # HOST
	_h=$RANGE/hosts/$1
	mkdir -p /run/sshd "$_h/home/.ssh"
	cp "$RANGE/id.pub" "$_h/home/.ssh/authorized_keys"
	cp "$RANGE/id" "$_h/home/.ssh/id_ed25519"
	printf 'Host *\nStrictHostKeyChecking no\nUserKnownHostsFile /dev/null\nLogLevel ERROR\n' \
		>"$_h/home/.ssh/config"
	cp "$RANGE/hostkey" "$_h/hostkey"
	chmod 600 "$_h/hostkey" "$_h/home/.ssh/id_ed25519"
	cat >"$_h/sshd_config" <<-END
		HostKey $_h/hostkey
		PidFile none
		UsePAM no
		PermitRootLogin yes
		PasswordAuthentication yes
		StrictModes no
		AuthorizedKeysFile $_h/home/.ssh/authorized_keys
		MaxStartups 100
		UseDNS no
		GatewayPorts yes
		Subsystem sftp internal-sftp
	END
	servers_log sshd-$1 at "$1" /usr/sbin/sshd -D -e -f "$_h/sshd_config"
}

servers_web() { # HOST
	_h=$RANGE/hosts/$1
	mkdir -p "$_h/www" "$_h/nginx" "$_h/dav"
	head -c 300000 /dev/urandom >"$_h/www/update.bin"
	for _i in 1 2 3 4 5 6; do
		python3 -c "print('<html><h1>page $_i</h1>' + '<p>words</p>' * 400)" >"$_h/www/$_i.html"
	done
	cat >"$_h/nginx.conf" <<-END
		daemon off;
		user root;
		pid $_h/nginx/pid;
		error_log stderr;
		events {}
		http {
		access_log off;
		client_body_temp_path $_h/nginx/b; proxy_temp_path $_h/nginx/p;
		fastcgi_temp_path $_h/nginx/f; uwsgi_temp_path $_h/nginx/u; scgi_temp_path $_h/nginx/s;
		server { listen 80; root $_h/www;
		location /private { auth_basic "x"; auth_basic_user_file $_h/htpasswd; try_files /1.html =404; }
		}
		server { listen 443 ssl; root $_h/www;
		ssl_certificate $RANGE/cert.pem; ssl_certificate_key $RANGE/key.pem; }
		}
	END
	printf 'op:%s\n' "$(openssl passwd -apr1 -salt range "$UNIX_PASSWORD")" >"$_h/htpasswd"
	servers_log nginx-$1 at "$1" nginx -c "$_h/nginx.conf"
}

servers_lin1() {
	_h=$RANGE/hosts/lin1
	printf '%s\n' listen=YES local_enable=YES write_enable=YES anonymous_enable=NO background=NO \
		seccomp_sandbox=NO check_shell=NO max_per_ip=0 "secure_chroot_dir=$_h/run-samba" >"$_h/vsftpd.conf"
	servers_log vsftpd at lin1 vsftpd "$_h/vsftpd.conf"
	servers_log telnetd at lin1 socat TCP-LISTEN:23,fork,reuseaddr \
		EXEC:'/usr/sbin/telnetd -h',nofork
	servers_log redis at lin1 redis-server --bind 0.0.0.0 --requirepass "$UNIX_PASSWORD" \
		--save '' --dir "$_h/home"
	mkdir -p "$_h/vnc"
	# The password file is the password under a key everybody knows.
	printf summer26 | openssl enc -des-ecb -K e84ad660c4721ae0 -nopad -provider legacy \
		-provider default >"$_h/vnc/passwd"
	servers_log vnc at lin1 Xtigervnc :$servers_display -rfbport 5900 -PasswordFile "$_h/vnc/passwd" \
		-geometry 320x200 -depth 16 -nolisten tcp -BlacklistThreshold 1000
	printf 'rocommunity public\nsysName lin1\n' >"$_h/snmpd.conf"
	servers_log snmpd at lin1 snmpd -f -Lo -C -c "$_h/snmpd.conf" udp:161
}

servers_sql() { # a few seconds each: only when an item asks
	_h=$RANGE/hosts/lin1
	install -d -o postgres "$_h/pg" "$_h/pgrun"
	install -d -o mysql "$_h/my"
	_pg=$(ls -d /usr/lib/postgresql/*/bin | tail -1)
	(
		at lin1 setpriv --reuid postgres --clear-groups "$_pg/initdb" -D "$_h/pg" -U postgres \
			--auth-host=scram-sha-256 --auth-local=trust --no-sync
		echo 'host all all 10.77.0.0/24 scram-sha-256' >>"$_h/pg/pg_hba.conf"
		at lin1 setpriv --reuid postgres --clear-groups "$_pg/postgres" -D "$_h/pg" \
			-c listen_addresses='*' -c unix_socket_directories="$_h/pgrun" -c fsync=off &
		until at lin1 psql -h "$_h/pgrun" -U postgres -c \
			"alter user postgres password '$UNIX_PASSWORD'"; do sleep 0.2; done
	) >"$RANGE/postgres.log" 2>&1 </dev/null &
	(
		mariadb-install-db --no-defaults --user=mysql --datadir="$_h/my" --skip-test-db
		printf "FLUSH PRIVILEGES;\nCREATE USER 'op'@'%%' IDENTIFIED BY '%s';\n" "$UNIX_PASSWORD" \
			>"$_h/my.sql"
		chmod 644 "$_h/my.sql"
		at lin1 mariadbd --no-defaults --user=mysql --datadir="$_h/my" --bind-address=0.0.0.0 \
			--socket="$_h/my/sock" --pid-file="$_h/my/pid" --init-file="$_h/my.sql" \
			--skip-name-resolve --max-connect-errors=100000
	) >"$RANGE/mariadb.log" 2>&1 </dev/null &
}

servers_inet() {
	_h=$RANGE/hosts/inet
	mkdir -p "$_h/dav"
	cat >"$_h/dnsmasq.conf" <<-END
		keep-in-foreground
		no-resolv
		no-hosts
		user=root
		listen-address=203.0.113.53
		bind-interfaces
		pid-file=
		server=/t.tunnel.test/203.0.113.10#5301
		server=/d.tunnel.test/203.0.113.10#5302
		address=/www.example.test/203.0.113.10
		address=/updates.example.test/203.0.113.10
		address=/cdn.example.test/198.51.100.20
		address=/mail.example.test/198.51.100.20
		local=/example.test/
	END
	servers_log dnsmasq at inet dnsmasq -C "$_h/dnsmasq.conf"
	servers_log webdav at inet rclone serve webdav --addr 198.51.100.20:8080 "$_h/dav"
	servers_log tls at inet openssl s_server -quiet -accept 198.51.100.77:8443 -cert "$RANGE/cert.pem" \
		-key "$RANGE/key.pem" -www
}

servers_up() {
	ssh-keygen -q -t ed25519 -N '' -f "$RANGE/id"
	ssh-keygen -q -t ed25519 -N '' -f "$RANGE/hostkey"
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 -subj /CN=range \
		-keyout "$RANGE/key.pem" -out "$RANGE/cert.pem" 2>/dev/null
	for _s in lin1 ws2 fs1 ws1 inet branch; do
		servers_ssh $_s
	done
	servers_web lin1
	servers_web inet
	servers_web branch
	printf 'rocommunity public\nsysName switch\n' >"$RANGE/hosts/branch/snmpd.conf"
	servers_log snmpd-branch at branch snmpd -f -Lo -C -c "$RANGE/hosts/branch/snmpd.conf" udp:161
	servers_lin1
	servers_sql
	servers_inet
	servers_log win1 at win1 /usr/bin/python3 tests/range/win1.py "$RANGE/hosts/win1/srv" \
		Administrator "$ADMIN_PASSWORD" alice "$USER_PASSWORD"
}

servers_down() { # what is not in the run's directory; after net_down
	rm -f "/tmp/.X$servers_display-lock" "/tmp/.X11-unix/X$servers_display"
}

servers_wait() {
	_n=0
	for _p in lin1:22 ws2:22 fs1:22 lin1:80 lin1:21 lin1:23 lin1:6379 lin1:5900 lin1:5432 lin1:3306 win1:445; do
		until on ws1 nc -z -w 1 "$(net_addr ${_p%:*})" ${_p#*:}; do
			_n=$((_n + 1))
			[ $_n -lt 600 ] || { echo "nobody listens on $_p" >&2; return 1; }
			sleep 0.1
		done
	done
}
