# SPDX-License-Identifier: Apache-2.0
# what: a member keeps its own record up to date
# technique: -
# from: fs1
# to: dc1
# account: FS1$
# outcome: ordinary
# must: nothing
. "$RANGE_HERE/item.sh"
net ads dns register -P fs1.$DOMAIN_DNS $fs1 || true
says 10.77.0.20 dig +short @$dc1 fs1.$DOMAIN_DNS
