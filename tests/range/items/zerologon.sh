# SPDX-License-Identifier: Apache-2.0
# what: the test for CVE-2020-1472, refused 300 times
# technique: T1210
# from: ws1
# to: dc1
# account: DC1$
# outcome: attempt
# must: alert netlogon
. "$RANGE_HERE/item.sh"
says 'refused 300' /usr/bin/python3 "$RANGE_HERE/zerologon.py" DC1 $dc1
