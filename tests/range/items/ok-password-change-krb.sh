# SPDX-License-Identifier: Apache-2.0
# what: a person changes the password by Kerberos, and back
# technique: -
# from: ws2
# to: dc1
# account: dave
# outcome: ordinary
# must: nothing
. "$RANGE_HERE/item.sh"
sed 's/^kdc = .*/&\nkpasswd_server = 10.77.0.10/' "$KRB5_CONFIG" >"$HOME/krb5.conf"
export KRB5_CONFIG="$HOME/krb5.conf"
printf '%s\n' "$USER_PASSWORD" Other.2026 Other.2026 | kpasswd dave || exit 1
printf '%s\n' Other.2026 "$USER_PASSWORD" "$USER_PASSWORD" | kpasswd dave
