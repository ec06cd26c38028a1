# SPDX-License-Identifier: Apache-2.0
# what: shares and what is in them listed with smbmap
# technique: T1135
# from: ws1
# to: fs1
# account: alice
# outcome: success
# must: finding rpc,share,discover
. "$RANGE_HERE/item.sh"
documents "$data/docs" 6 900
cd "$HOME"
says 'docs|READ' timeout 60 smbmap -u alice -p "$USER_PASSWORD" -d CORP -H $fs1 -R data
