# SPDX-License-Identifier: Apache-2.0
# what: files of a share overwritten with zeros and deleted
# technique: T1485
# from: ws1
# to: fs1
# account: alice
# outcome: success
# must: finding ransom
. "$RANGE_HERE/item.sh"
documents "$data/docs" 60 6000
/usr/bin/python3 "$RANGE_HERE/work.py" wipe $fs1 alice "$USER_PASSWORD" data docs
[ "$(ls "$data/docs" | wc -l)" = 0 ]
