# SPDX-License-Identifier: Apache-2.0
# what: a member changes the password of its account
# technique: -
# from: fs1
# to: dc1
# account: FS1$
# outcome: ordinary
# must: nothing
. "$RANGE_HERE/item.sh"
net ads changetrustpw && wbinfo -t
