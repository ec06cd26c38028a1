# SPDX-License-Identifier: Apache-2.0
# what: an admin mistypes twice, then gets in
# technique: -
# from: ws2
# to: lin1
# account: op
# outcome: ordinary
# must: nothing
. "$RANGE_HERE/item.sh"
for p in summer2025 sumer2026; do sshpass -p $p ssh -F "$HOME/.ssh/config" -o PubkeyAuthentication=no op@$lin1 true; done
says lin1 sshpass -p "$UNIX_PASSWORD" ssh -F "$HOME/.ssh/config" -o PubkeyAuthentication=no op@$lin1 'hostname; seq 3000'
