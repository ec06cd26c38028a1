# SPDX-License-Identifier: Apache-2.0
# what: a person changes the password, and back
# technique: -
# from: ws2
# to: dc1
# account: frank
# outcome: ordinary
# must: nothing
. "$RANGE_HERE/item.sh"
printf '%s\n' "$USER_PASSWORD" Other.2026 Other.2026 | smbpasswd -s -r $dc1 -U frank || exit 1
printf '%s\n' Other.2026 "$USER_PASSWORD" "$USER_PASSWORD" | smbpasswd -s -r $dc1 -U frank
