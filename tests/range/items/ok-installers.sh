# SPDX-License-Identifier: Apache-2.0
# what: programs put on a share for everybody
# technique: -
# from: ws2
# to: fs1
# account: bob
# outcome: ordinary
# must: nothing
# smb: both
. "$RANGE_HERE/item.sh"
rm -rf "$HOME/setup"
mkdir "$HOME/setup"
for t in setup viewer update; do { printf 'MZ\220\0'; head -c 200000 /dev/urandom; } >"$HOME/setup/$t.exe"; done
smbclient //$fs1/data -U "CORP\\bob%$USER_PASSWORD" -c "prompt off; lcd $HOME/setup; mput *.exe; ls"
