# SPDX-License-Identifier: Apache-2.0
# what: tools put on ADMIN$ and C$ of fs1 with smbclient
# technique: T1570
# from: ws1
# to: fs1
# account: Administrator
# outcome: success
# must: alert share,rpc
. "$RANGE_HERE/item.sh"
rm -rf "$HOME/tools"
mkdir "$HOME/tools"
for t in beacon scan dump; do { printf 'MZ\220\0'; head -c 3000 /dev/zero; } >"$HOME/tools/$t.exe"; done
says 'dump.exe' smbclient //$fs1/'ADMIN$' -U "CORP\\Administrator%$ADMIN_PASSWORD" -c "prompt off; lcd $HOME/tools; cd Temp; mput *.exe; ls"
smbclient //$fs1/'C$' -U "CORP\\Administrator%$ADMIN_PASSWORD" -c "lcd $HOME/tools; put scan.exe svc.exe; ls"
