# SPDX-License-Identifier: Apache-2.0
# what: a copier looks addresses up with a password that has expired, every two seconds
# technique: -
# from: ws1
# to: dc1
# account: svc_web
# outcome: ordinary
# must: nothing
. "$RANGE_HERE/item.sh"
for i in $(seq 1 30); do ldapsearch -x -H ldap://$dc1 -D svc_web@corp.range.test -w Old.password -b dc=corp,dc=range,dc=test '(mail=a*)' mail; sleep 2; done 2>&1 | grep -c 'Invalid credentials'
