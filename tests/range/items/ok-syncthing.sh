# SPDX-License-Identifier: Apache-2.0
# what: a folder kept alike on two machines by Syncthing
# technique: -
# from: ws1
# to: ws2
# account: -
# outcome: ordinary
# must: nothing
. "$RANGE_HERE/item.sh"
for h in ws1 ws2; do
	d=$RANGE/hosts/$h/home/st
	at $h syncthing generate --home="$d" --no-default-folder >/dev/null || exit 1
	mkdir -p "$RANGE/hosts/$h/home/sync"
done
id() { at $1 syncthing --home="$RANGE/hosts/$1/home/st" --device-id; }
a=$(id ws1) b=$(id ws2)
for h in ws1 ws2; do
	d=$RANGE/hosts/$h/home/st/config.xml
	[ $h = ws1 ] && o=$b addr=$ws2 || { o=$a; addr=$ws1; }
	sed -i -e "s|</configuration>|<device id=\"$o\" name=\"o\"><address>tcp://$addr:22000</address></device><folder id=\"f\" path=\"$RANGE/hosts/$h/home/sync\" type=\"sendreceive\" fsWatcherEnabled=\"true\" fsWatcherDelayS=\"1\"><device id=\"$a\"/><device id=\"$b\"/></folder></configuration>|" \
		-e 's|<globalAnnounceEnabled>true|<globalAnnounceEnabled>false|' -e 's|<natEnabled>true|<natEnabled>false|' -e 's|<relaysEnabled>true|<relaysEnabled>false|' "$d"
	mkdir -p "$RANGE/hosts/$h/home/sync/.stfolder"
done
ip netns exec $NET_ID-ws1 ip link set lo up
head -c 6000000 /dev/urandom >"$HOME/sync/film"
for i in 1 2 3 4 5 6 7 8 9; do cp /etc/services "$HOME/sync/doc$i"; done
for h in ws1 ws2; do at $h timeout 60 syncthing serve --home="$RANGE/hosts/$h/home/st" --no-browser --no-restart --no-upgrade --gui-address=127.0.0.1:8384 >"$RANGE/hosts/$h/home/st.log" 2>&1 & p="$p $!"; done
for i in $(seq 1 100); do [ -f "$RANGE/hosts/ws2/home/sync/doc9" ] && [ -f "$RANGE/hosts/ws2/home/sync/film" ] && break; sleep 0.5; done
sleep 3
kill $p
ls -l "$RANGE/hosts/ws2/home/sync"; tail -5 "$RANGE/hosts/ws1/home/st.log"
[ -f "$RANGE/hosts/ws2/home/sync/film" ]
