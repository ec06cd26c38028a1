# SPDX-License-Identifier: Apache-2.0
# what: the links of the web site checked, a quarter of which are dead
# technique: -
# from: lin1
# to: inet
# account: -
# outcome: ordinary
# must: nothing
. "$RANGE_HERE/item.sh"
w=$RANGE/hosts/inet/www/links.html
{ echo '<html>'; for i in $(seq 1 60); do
	case $((i % 4)) in 0) echo "<a href=http://198.51.100.$((100 + i))/>x</a>" ;; 1) echo "<a href=http://198.51.100.20/$i.html>x</a>" ;; 2) echo "<a href=$((i % 6 + 1)).html>x</a>" ;; *) echo "<a href=missing$i.html>x</a>" ;; esac; done; echo '</html>'; } >"$w"
chmod 644 "$w"; cd "$HOME"
HOME=/tmp timeout 100 linkchecker --no-robots -r 2 --check-extern --timeout 4 http://203.0.113.10/links.html | tail -3
true
