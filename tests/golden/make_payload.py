#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes the golden captures of payload and the transactions and frames in it: make_payload.py [CASE…]; like make.py."""
import sys

import make
from craft import udp
from make_proto import question
from sessions import request, response, tls_from

make.CASES.clear()
case = make.case
CLIENT, SERVER, DNS = "10.1.0.20", "10.1.0.9", "10.1.0.2"

MAIL = b"From: a@example.net\r\nTo: b@example.net\r\nSubject: figures\r\n\r\nThe figures follow.\r\n.\r\n"


@case('alert tcp any any -> any any (msg:"in a request"; content:"needle"; flow:to_server; sid:600;)\n'
      'alert tcp any any -> any any (msg:"in an answer"; content:"straw"; flow:to_client; sid:601;)\n'
      'alert tcp-pkt any any -> any any (msg:"in a packet"; content:"needle"; sid:602;)\n'
      'alert dns any any -> any any (msg:"datagram"; content:"|06|needle"; sid:603;)\n'
      'alert udp any any -> any any (msg:"datagram of no protocol"; content:"|06|needle"; sid:604;)\n'
      'alert tcp any any -> any any (msg:"server name"; content:"needle.example.com"; sid:605;)\n'
      'alert tcp any any -> any any (msg:"certificate"; content:"Straw Authority"; sid:606;)\n'
      'alert tcp any any -> any any (msg:"mail"; content:"figures follow"; sid:607;)\n',
      fields="tx_id tx_guessed http.url http.status http.hostname dns.query.0.rrname tls.sni tls.issuerdn "
             "smtp.mail_from email.from files.0.filename")
def payload_names_its_transaction(c):
    """Contents of payload in HTTP, DNS, TLS and mail: the alert has the transaction around it."""
    c.session(0, CLIENT, SERVER, 40000, 80,
              [(">", request("GET /first")), ("<", response(b"hay and straw", Content_Type="text/plain")),
               (">", request("GET /needle")), ("<", response(b"hay")),
               (">", request("POST /last", b"a needle in it")), ("<", response(b"straw alone"))])
    c.add(1, udp(CLIENT, DNS, 40001, 53, question("needle.example.com")))
    c.session(2, CLIENT, SERVER, 40002, 443, tls_from("Straw Authority", "needle.example.com", "needle.example.com"))
    say = lambda *lines: [x for up, down in lines for x in ((">", up), ("<", down))]
    c.session(3, CLIENT, SERVER, 40003, 25, [("<", b"220 mx\r\n")] + say(
        (b"EHLO c\r\n", b"250 mx\r\n"), (b"MAIL FROM:<a@example.net>\r\n", b"250 ok\r\n"),
        (b"RCPT TO:<b@example.net>\r\n", b"250 ok\r\n"), (b"DATA\r\n", b"354 go\r\n"), (MAIL, b"250 ok\r\n"),
        (b"QUIT\r\n", b"221 bye\r\n")))


if __name__ == "__main__":
    make.main(sys.argv[1:])
