# SPDX-License-Identifier: Apache-2.0
# what: a library put on a share and opened as a pipe (CVE-2017-7494); this Samba refuses
# technique: T1210
# from: ws1
# to: fs1
# account: alice
# outcome: attempt
# must: finding share,rpc,exploit,discover
. "$RANGE_HERE/item.sh"
head -c 8000 /dev/urandom >"$HOME/x.so"
impacket sambaPipe -so "$HOME/x.so" "CORP/alice:$USER_PASSWORD@$fs1"
true
