# SPDX-License-Identifier: Apache-2.0
# what: computer accounts tried with their own names as passwords
# technique: T1110.003
# from: ws1
# to: dc1
# account: -
# outcome: attempt
# must: alert brute
. "$RANGE_HERE/item.sh"
for n in 1 2 3 4 5 6 7 8 9; do at dc1 samba-tool computer create oldpc$n -H /var/lib/samba/private/sam.ldb || exit 1; done
for n in 1 2 3 4 5 6 7 8 9; do echo oldpc$n | kinit oldpc$n\$; done
for n in 1 2 3 4 5 6 7 8 9; do at dc1 samba-tool computer delete oldpc$n -H /var/lib/samba/private/sam.ldb; done
true
