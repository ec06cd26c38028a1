# SPDX-License-Identifier: Apache-2.0
# what: a computer joins the domain and leaves it
# technique: -
# from: ws2
# to: dc1
# account: Administrator
# outcome: ordinary
# must: nothing
. "$RANGE_HERE/item.sh"
cd "$HOME"
mkdir -p join/private join/state join/cache join/lock join/pid
cat >join/smb.conf <<END
[global]
	workgroup = CORP
	realm = CORP.RANGE.TEST
	security = ads
	netbios name = NEWPC
	private dir = $HOME/join/private
	state directory = $HOME/join/state
	cache directory = $HOME/join/cache
	lock directory = $HOME/join/lock
	pid directory = $HOME/join/pid
END
says Joined net ads join -s join/smb.conf -U "Administrator%$ADMIN_PASSWORD" --no-dns-updates
says OK net ads testjoin -s join/smb.conf
net ads info -s join/smb.conf || true
says 'Deleted|Disabled' net ads leave -s join/smb.conf -U "Administrator%$ADMIN_PASSWORD"
