# SPDX-License-Identifier: Apache-2.0
# what: a member checks its trust and looks accounts up
# technique: -
# from: fs1
# to: dc1
# account: FS1$
# outcome: ordinary
# must: nothing
. "$RANGE_HERE/item.sh"
wbinfo -t
for u in alice bob carol; do getent passwd "CORP\\$u"; done
wbinfo -u
net ads testjoin
true
