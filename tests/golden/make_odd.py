#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes the golden captures of oddities that decode-event and stream-event name: make_odd.py [CASE…]."""
import struct
import sys

import make
from craft import ACK, FIN, PSH, RST, SYN, ipsum, mac, tcp

make.CASES.clear()
case = make.case
CLIENT, SERVER = "10.1.0.20", "10.1.0.9"
FLAGS = {"S": SYN, "A": ACK, "F": FIN, "R": RST, "P": PSH}


class Connection:
    """Packets as text: "> SA seq+1 ack-2 len=10 win=0 ts=5/9 sack=100-200 tfo; …": who sends, flags, then numbers
    beside what is expected."""

    def __init__(self, c, t, port, first=(1000, 5000)):
        self.c, self.t, self.port, self.next = c, t, port, list(first)

    def tell(self, text):
        for part in filter(None, (p.strip() for p in text.split(";"))):
            self.packet(*part.split())

    def packet(self, who, letters, *words):
        way = who == "<"
        word = {w.rstrip("0123456789+-/") if w[:3] in ("seq", "ack") else w.split("=")[0]: w for w in words}
        near = {k: int(word[k][3:]) if k in word else 0 for k in ("seq", "ack")}
        flags = sum(FLAGS[x] for x in letters)
        value = {k: w.split("=")[1] for k, w in word.items() if "=" in w}
        options = b""
        if "ts" in value:
            options += struct.pack(">BBBBII", 1, 1, 8, 10, *map(int, value["ts"].split("/")))
        if "sack" in value:
            options += struct.pack(">BBBBII", 1, 1, 5, 10, *((self.next[not way] + int(x)) % 2**32 for x in value["sack"].split("-")))
        options += b"\x22\x02\1\1" if "tfo" in word else b""
        seq, data = self.next[way] + near["seq"], value.get("of", "x").encode() * int(value.get("len", 0))
        ack = self.next[not way] + near["ack"] if flags & ACK else int(value.get("broken", 0))
        ends = (CLIENT, SERVER, self.port, 7777) if who == ">" else (SERVER, CLIENT, 7777, self.port)
        frame = bytearray(tcp(*ends, flags, seq, ack, data, options))
        frame[48:50] = struct.pack(">H", int(value.get("win", 1000)))
        self.c.add(self.t, bytes(frame))
        self.t += .001
        if flags & (SYN | RST) or near["seq"] == 0:
            self.next[way] = (seq + len(data) + bool(flags & (SYN | FIN))) % 2**32


OPEN = "> S; < SA; > A; "
DOWN = OPEN + "< A; "
# What is odd about the last packet of each, as Suricata 7.0.10 names it; without a name: nothing.
CONNECTIONS = (
    ("pkt_broken_ack", "> S broken=1"),
    ("", "> S; > S seq-1; < SA; > A; > A len=5; < A"),
    ("3whs_syn_flood", "".join(f"> S seq-{min(i, 1)} ts={i + 1}/0; " for i in range(12))),
    ("3whs_synack_with_wrong_ack", "> S; < SA ack+7"),
    ("pkt_invalid_timestamp", "> S ts=5/0; < SA ts=9/6"),
    ("pkt_invalid_timestamp", "> S ts=5/0; < SA ts=9/5; > A ts=6/9; < A len=3 ts=7/6"),
    ("", "> S ts=5/0; < SA ts=9/5; > A ts=6/9; < A len=3 ts=8/6"),
    ("3whs_synack_tfo_data_ignored", "> S len=9 tfo; < SA ack-9"),
    ("3whs_synack_in_wrong_direction", "> S; > SA seq-1"),
    ("3whs_synack_toserver_on_syn_recv", "> S; < SA; > SA"),
    ("3whs_synack_resend_with_different_ack", "> S; < SA; < SA ack+9"),
    ("3whs_synack_flood", "> S; " + "< SA; " * 7),
    ("3whs_syn_toclient_on_syn_recv", "> S; < SA; < S"),
    ("3whs_syn_resend_diff_seq_on_syn_recv", "> S; < SA; > S"),
    ("", "> S; < S; > SA seq-1; < A"),
    ("4whs_synack_with_wrong_ack", "> S; < S; > SA seq-1 ack+1"),
    ("4whs_synack_with_wrong_syn", "> S; < S; > SA"),
    ("4whs_wrong_seq", "> S; < S; > SA seq-1; < A seq+1"),
    ("4whs_invalid_ack", "> S; < S; > SA seq-1; < A ack+70000"),
    ("3whs_right_seq_wrong_ack_evasion", "> S; < SA; > A ack+1"),
    ("3whs_wrong_seq_wrong_ack", "> S; < SA; > A seq+1 ack+1"),
    ("est_syn_resend_diff_seq", OPEN + "> S"),
    ("est_syn_resend", OPEN + "> S seq-1"),
    ("est_syn_toclient", OPEN + "< S"),
    ("est_synack_toserver", OPEN + "> SA"),
    ("", OPEN + "< SA seq-1"),
    ("est_synack_resend", DOWN + "< SA seq-1"),
    ("est_synack_resend_with_different_ack", OPEN + "< SA seq-1 ack+1"),
    ("est_synack_resend_with_diff_seq", OPEN + "< SA"),
    ("est_invalid_ack", OPEN + "> A len=5; < A ack+1001"),
    ("est_invalid_ack", OPEN + "> A len=900; < A; > A len=900; < A; < A len=5 ack-1500"),
    ("est_packet_out_of_window", OPEN + "> A seq+995 len=9"),
    ("", OPEN + "> A seq+991 len=9"),
    ("", OPEN + "> A len=400; < A; < A sack=100-300; > A seq+991 len=200"),
    ("pkt_spurious_retransmission", OPEN + "> A len=9; < A; > A seq-9 len=9"),
    ("est_pkt_before_last_ack", OPEN + "> A len=9; < A; > A seq-9 len=4"),
    ("", OPEN + "> A len=9; < A; > A seq-1; < A"),
    ("", OPEN + "> A len=9; < A win=0; > A len=1; < A ack-1 win=0"),
    ("pkt_bad_window_update", OPEN + "> A; < A; > A seq+5 ack+10 win=100"),
    ("fin_but_no_session", "> FA"),
    ("rst_but_no_session", "< R"),
    ("fin_syn", OPEN + "> SF"),
    ("fin_out_of_window", OPEN + "> FA seq+1001"),
    ("fin_invalid_ack", OPEN + "> FA ack+1001"),
    ("rst_invalid_ack", OPEN + "> RA ack+1001"),
    ("shutdown_syn_resend", OPEN + "> FA; > S seq-2"),
    ("closewait_ack_out_of_window", OPEN + "> FA; < A; < A seq+1001 len=5"),
    ("closewait_invalid_ack", OPEN + "> FA; < A ack+5000"),
    ("closewait_fin_out_of_window", OPEN + "> FA; < FA seq+1001"),
    ("closewait_pkt_before_last_ack", OPEN + "< A len=9; > A; > FA; < A seq-9 len=9"),
    ("fin1_ack_wrong_seq", OPEN + "< FA; > A seq+995 len=9"),
    ("fin1_fin_wrong_seq", OPEN + "< FA; > FA seq+1001"),
    ("fin1_invalid_ack", OPEN + "< FA; > A ack+1001"),
    ("fin2_fin_wrong_seq", OPEN + "< FA; > A; > FA seq+1001"),
    ("fin2_ack_wrong_seq", OPEN + "< FA; > A; > A seq+995 len=9"),
    ("fin2_invalid_ack", OPEN + "< FA; > A; > A ack+1001"),
    ("closing_ack_wrong_seq", OPEN + "< FA; > F; > A seq+5"),
    ("closing_invalid_ack", OPEN + "< FA; > F; > A seq-1 ack+1001"),
    ("lastack_ack_wrong_seq", OPEN + "> FA; < FA; > A seq+9"),
    ("lastack_invalid_ack", OPEN + "> FA; < FA; > A ack+1001"),
    ("timewait_ack_wrong_seq", OPEN + "< FA; > A; > FA; < A seq+9"),
    ("timewait_invalid_ack", OPEN + "< FA; > A; > FA; < A ack+1001"),
    ("pkt_retransmission", OPEN + "> A len=9; < FA; > A seq-9 len=9"),
    ("", OPEN + "> A len=9; < A; < A len=9; > A; > FA; < A; < FA; > A"),
    ("", OPEN + "< A len=9; > A; < FA; > A; > FA; < A"),
)
STREAM = sorted({name for name, _ in CONNECTIONS if name} | {"pkt_invalid_ack", "suspected_rst_inject"})


@case("".join(f'alert tcp any any -> any any (msg:"{name}"; stream-event:{name}; sid:{3000 + i};)\n' for i, name in enumerate(STREAM)))
def odd_connections(c):
    """A connection an oddity: the last packet of each has it, and those before have not; some have none."""
    for i, (_, text) in enumerate(CONNECTIONS):
        Connection(c, i * 1.0, 20000 + i).tell(text)
    Connection(c, len(CONNECTIONS), 30000, (1000, 0)).tell("> S; < RA; < A")


UDP = struct.pack(">4H", 1000, 9, 12, 0) + b"abcd"


def four(payload=UDP, proto=17):
    head = struct.pack(">BBHHHBBH8s", 0x45, 0, 20 + len(payload), 1, 0, 9, proto, 0, bytes((10, 1, 0, 20, 10, 1, 0, 9)))
    return head[:10] + struct.pack(">H", ipsum(head)) + head[12:] + payload


def six(proto, payload=b""):
    return struct.pack(">IHBB", 6 << 28, len(payload), proto, 9) + bytes(15) + b"\1" + bytes(15) + b"\2" + payload


def label(n, last=True):
    return struct.pack(">I", n << 12 | last << 8 | 9)


FRAME = bytes(12) + b"\x08\0" + four()
# What Suricata 7.0.10 says of each, its Ethernet type, and what follows.
FRAMES = (
    ("vlan.unknown_type", 0x8100, b"\0\7\x12\x34"), ("", 0x8100, b"\0\7\x08\0" + four()),
    ("mpls.bad_label_router_alert", 0x8847, label(1) + four()), ("mpls.bad_label_implicit_null", 0x8847, label(3) + four()),
    ("mpls.bad_label_reserved", 0x8847, label(9) + four()), ("", 0x8847, label(0) + four()), ("", 0x8847, label(99, False) + label(16) + four()),
    ("mpls.pkt_too_small", 0x8847, label(99) + b"\x45\0"), ("mpls.unknown_payload_type", 0x8847, label(99) + b"\x70" + bytes(20)),
    ("vntag.header_too_small", 0x8926, b"\0\1\0\2\x08"), ("vntag.unknown_type", 0x8926, b"\0\1\0\2\x12\x34"), ("", 0x8926, b"\0\1\0\2\x08\0" + four()),
    ("dce.pkt_too_small", 0x8903, b"\0\1" + bytes(13)), ("", 0x8903, b"\0\1" + FRAME),
    ("ieee8021ah.header_too_small", 0x88e7, bytes(17)), ("", 0x88e7, bytes(4) + FRAME),
    ("pppoe.pkt_too_small", 0x8864, b"\x11\0\0\5\0"), ("", 0x8864, b"\x11\0\0\5\0\x22\0\x21" + four()),
    ("ppp.wrong_type", 0x8864, b"\x11\0\0\5\0\2\x12\x34"), ("ppp.unsup_proto", 0x8864, b"\x11\0\0\5\0\2\xc0\x21"),
    ("ppp.ip4_pkt_too_small", 0x8864, b"\x11\0\0\5\0\3\0\x21\x45"), ("ppp.ip6_pkt_too_small", 0x8864, b"\x11\0\0\5\0\3\0\x57\x60"),
    ("ppp.vju_pkt_too_small", 0x8864, b"\x11\0\0\5\0\3\0\x2f\x45"),
    ("pppoe.wrong_code", 0x8863, b"\x11\1\0\5\0\0"), ("pppoe.malformed_tags", 0x8863, b"\x11\x09\0\0\0\x09\1\1\0\0"), ("", 0x8863, b"\x11\x09\0\0\0\4\1\1\0\0"),
    ("gre.version0_recur", 0x800, four(b"\1\0\x08\0" + four(), 47)), ("gre.version0_flags", 0x800, four(b"\0\x08\x08\0" + four(), 47)),
    ("gre.version0_hdr_too_big", 0x800, four(b"\x20\0\x08\0\0", 47)), ("", 0x800, four(b"\x20\0\x08\0\0\0\0\7" + four(), 47)),
    ("gre.version1_chksum", 0x800, four(b"\xa0\1\x88\x0b" + bytes(12), 47)), ("gre.version1_route", 0x800, four(b"\x60\1\x88\x0b" + bytes(12), 47)),
    ("gre.version1_ssr", 0x800, four(b"\x28\1\x88\x0b" + bytes(12), 47)), ("gre.version1_recur", 0x800, four(b"\x21\1\x88\x0b" + bytes(12), 47)),
    ("gre.version1_flags", 0x800, four(b"\x20\x09\x88\x0b" + bytes(12), 47)), ("gre.version1_no_key", 0x800, four(b"\0\1\x88\x0b" + bytes(12), 47)),
    ("gre.version1_wrong_protocol", 0x800, four(b"\x20\1\x08\0" + bytes(12), 47)), ("gre.version1_hdr_too_big", 0x800, four(b"\x20\1\x88\x0b\0", 47)),
    ("ipv6.exthdr_dupl_ah", 0x86dd, six(51, b"\x33\1" + bytes(10) + b"\x11\1" + bytes(10) + UDP)), ("ipv6.exthdr_ah_res_not_null", 0x86dd, six(51, b"\x11\1\0\1" + bytes(8) + UDP)),
    ("ipv6.exthdr_dupl_dh", 0x86dd, six(60, b"\x3c\0\5\2\0\0\1\0\x3c\0\5\2\0\0\1\0\x11\0\5\2\0\0\1\0" + UDP)),
    ("ipv6.hopopts_only_padding", 0x86dd, six(0, b"\x11\0\1\4\0\0\0\0" + UDP)), ("ipv6.dstopts_only_padding", 0x86dd, six(60, b"\x11\0" + bytes(6) + UDP)),
    ("ipv6.zero_len_padn", 0x86dd, six(0, b"\x11\0\5\2\0\0\1\0" + UDP)), ("", 0x86dd, six(0, b"\x11\0\5\2\0\0\0\0" + UDP)),
    ("ipv6.unknown_next_header", 0x86dd, six(200, UDP)), ("ipv6.ipv4_in_ipv6_too_small", 0x86dd, six(4, bytes(9))),
    ("ipv6.ipv4_in_ipv6_wrong_version", 0x86dd, six(4, b"\x65" + four()[1:])), ("ipv6.ipv6_in_ipv6_too_small", 0x86dd, six(41, bytes(9))),
    ("ipv6.ipv6_in_ipv6_wrong_version", 0x86dd, six(41, b"\x45" + six(17, UDP)[1:])), ("", 0x86dd, six(41, six(17, UDP))),
    ("icmpv6.unknown_type", 0x86dd, six(58, b"\0\1" + bytes(14))),
)


@case("".join(f'alert pkthdr any any -> any any (msg:"{name}"; decode-event:{name}; sid:{3100 + i};)\n'
              for i, name in enumerate(dict.fromkeys(name for name, _, _ in FRAMES if name))))
def odd_frames(c):
    """Tags, labels, PPP, GRE and IPv6's headers that do not add up, a frame each; some that do."""
    for i, (_, kind, body) in enumerate(FRAMES):
        c.add(i * 1.0, mac(SERVER) + mac(CLIENT) + struct.pack(">H", kind) + body)


if __name__ == "__main__":
    make.main(sys.argv[1:])
