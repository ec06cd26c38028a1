# SPDX-License-Identifier: Apache-2.0
# what: a few documents sent to a customer by sftp, https and ftp
# technique: -
# from: ws2
# to: inet
# account: -
# outcome: ordinary
# must: nothing
. "$RANGE_HERE/item.sh"
head -c 2000000 /dev/urandom >"$HOME/offer.pdf"
scp -q -F "$HOME/.ssh/config" -i "$HOME/.ssh/id_ed25519" "$HOME/offer.pdf" root@203.0.113.10:"$RANGE/hosts/inet/home/"
curl -sS -f -T "$HOME/offer.pdf" http://198.51.100.20:8080/offer.pdf
rm "$HOME/offer.pdf"
