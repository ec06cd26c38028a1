# SPDX-License-Identifier: Apache-2.0
# what: the prober of Prometheus asks thirty machines for a page, ssh, a port
# technique: -
# from: frx
# to: lin1
# account: -
# outcome: ordinary
# must: nothing
. "$RANGE_HERE/item.sh"
cat >"$HOME/blackbox.yml" <<-END
	modules:
	  http: {prober: http, timeout: 5s}
	  ssh: {prober: tcp, timeout: 5s, tcp: {query_response: [{expect: "^SSH-2.0-"}, {send: "SSH-2.0-blackbox-ssh-check"}]}}
	  tcp: {prober: tcp, timeout: 5s}
END
timeout 60 prometheus-blackbox-exporter --config.file="$HOME/blackbox.yml" --web.listen-address=127.0.0.1:9115 &
until nc -z 127.0.0.1 9115; do sleep 0.2; done
ip link set lo up
for h in $(branch 30); do
	for m in http:$h ssh:$h:22 tcp:$h:8443; do
		curl -s "http://127.0.0.1:9115/probe?module=${m%%:*}&target=${m#*:}" | grep '^probe_success'
	done
done | sort | uniq -c
kill %1
