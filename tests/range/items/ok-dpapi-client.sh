# SPDX-License-Identifier: Apache-2.0
# what: a desktop asks for the public key that its secrets are backed up with
# technique: -
# from: ws2
# to: dc1
# account: alice
# outcome: ordinary
# must: nothing
. "$RANGE_HERE/item.sh"
calls backupkey $dc1 alice "$USER_PASSWORD" | grep 'bytes of key'
