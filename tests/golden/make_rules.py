#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes the golden captures of the rule language: make_rules.py [CASE…]; like make.py."""
import sys

import make
from craft import udp
from make_proto import question

make.CASES.clear()
case = make.case
DNS = "10.1.0.2"


@case('alert dns any any -> any any (msg:"new name"; dns.query; dataset:set,names,type string; sid:300;)\n'
      'alert dns any any -> any any (msg:"seen"; dns.query; content:"again"; dataset:isset,names,type string; sid:301;)\n'
      'alert dns any any -> any any (msg:"quiet"; dns.query; content:"bad"; dataset:set,bad,type string; noalert; sid:302;)\n'
      'alert dns any any -> any any (msg:"bad"; dns.query; dataset:isset,bad,type string; sid:303;)\n'
      'alert udp any any -> any 53 (msg:"new client"; ip.src; dataset:set,clients,type ip; sid:304;)\n'
      'alert dns any any -> any any (msg:"not before"; dns.query; content:"again"; dataset:isnotset,names,type string; sid:305;)\n'
      'alert dns any any -> any any (msg:"hashed"; dns.query; to_sha256; dataset:set,sums,type sha256; sid:306;)\n')
def sets_that_rules_change(c):
    """Names asked by many clients, so that no worker sees them all: each name is new once."""
    for i in range(12):
        name = ("first.example", "again.example", "bad.example", "again.example")[i % 4]
        c.add(i * .1, udp(f"10.1.{i % 5}.20", DNS, 40000 + i, 53, question(name)))



@case('alert udp any any -> any 9999 (msg:"who"; content:"user="; pcre:"/user=(?P<flow_user>\\w+)/"; sid:310;)\n'
      'alert udp any 9999 -> any any (msg:"root in"; content:"ok"; flowvar:user,"root"; sid:311;)\n'
      'alert udp any 9999 -> any any (msg:"alice in"; content:"ok"; flowvar:user,"alice"; sid:312;)\n'
      'alert udp any any -> any 9999 (msg:"both"; content:"user="; pcre:"/user=(\\w+) host=(\\w+)/, flow:name, pkt:host"; sid:313;)\n'
      'alert udp any any -> any 9999 (msg:"same packet"; content:"host="; pktvar:host,"box"; sid:314;)\n'
      'alert udp any any -> any 9999 (msg:"any packet of the conversation"; flowvar:name,"root"; sid:315;)\n'
      'alert udp any any -> any any (msg:"entropy"; content:"user="; entropy:value > 3; sid:316;)\n')
def variables(c):
    """Who logs in is kept for the answer; another conversation has its own."""
    for i, user in enumerate(("root", "alice", "root")):
        client = f"10.1.{i}.20"
        c.add(i, udp(client, DNS, 40000, 9999, f"user={user} host=box{i}".encode()))
        c.add(i + .1, udp(DNS, client, 9999, 40000, b"ok" if i < 2 else b"no"))
        c.add(i + .2, udp(client, DNS, 40000, 9999, b"host=boxes"))


if __name__ == "__main__":
    make.main(sys.argv[1:])
