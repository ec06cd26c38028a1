# SPDX-License-Identifier: Apache-2.0
# what: a segment asked by nmap scripts for SMB versions, signing, shares, users, holes
# technique: T1046
# from: ws1
# to: fs1
# account: -
# outcome: success
# must: alert scan
. "$RANGE_HERE/item.sh"
says 'smb2-security-mode' nmap -n -p 139,445 --script 'smb2-security-mode,smb2-time,smb-protocols,smb-os-discovery,smb-enum-shares,smb-enum-users,smb-vuln-ms17-010,smb2-capabilities' 10.77.0.0/26
