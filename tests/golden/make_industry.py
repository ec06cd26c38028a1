#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes the golden captures of industrial protocols: make_industry.py [CASE…]; like make.py."""
import struct
import sys

import make
from craft import udp

make.CASES.clear()
case = make.case
STATION, PLC = "10.1.0.20", "10.1.0.44"


def enip(command, payload, session=0, status=0):
    return struct.pack("<HHII8sI", command, len(payload), session, status, bytes(8), 0) + payload


def unit_data(cip, sequence):
    """A CIP message on a connection."""
    data = struct.pack("<H", sequence) + cip
    return enip(0x70, struct.pack("<IHHHHIHH", 0, 0, 2, 0xA1, 4, 7, 0xB1, len(data)) + data, 9)


def path(cls, instance):
    return bytes([2, 0x20, cls, 0x24, instance])


def several(head, *cips):
    at, table = 2 + 2 * len(cips), b""
    for c in cips:
        table += struct.pack("<H", at)
        at += len(c)
    return head + struct.pack("<H", len(cips)) + table + b"".join(cips)


@case('alert enip any any -> any any (msg:"identity asked for"; enip_command:99; flow:to_server; sid:340;)\n'
      'alert enip any any -> any any (msg:"who"; enip.product_name; content:"Controller"; enip.vendor_id:1; enip.revision:0x403; sid:341;)\n'
      'alert ip any any -> any any (msg:"attribute written"; cip_service:4,139,6; sid:342;)\n'
      'alert enip any any -> any any (msg:"other attribute"; cip_service:4,139,7; sid:343;)\n'
      'alert enip any any -> any any (msg:"class"; enip.cip_class:0x73; enip.cip_instance:<5; sid:344;)\n'
      'alert enip any any -> any any (msg:"refused"; enip.cip_status:8; sid:345;)\n'
      'alert enip any any -> any any (msg:"session"; enip.command:register_session; enip.protocol_version:1; flow:to_client; sid:346;)\n'
      'alert enip any any -> any any (msg:"malformed"; app-layer-event:enip.invalid_pdu; sid:347;)\n'
      'alert enip any any -> any any (msg:"nothing wrong"; enip.status:!0; sid:348;)\n')
def enip_station(c):
    """An identity over UDP; a session over TCP: attributes read several at once, one written and refused."""
    c.add(0, udp(STATION, PLC, 50000, 44818, enip(99, b"")))
    name = b"Controller 5"
    who = struct.pack("<H16sHHHBBHIB", 1, bytes(16), 1, 14, 58, 4, 3, 0x30, 77, len(name)) + name + b"\x03"
    c.add(.1, udp(PLC, STATION, 44818, 50000, enip(99, struct.pack("<HHH", 1, 0x0C, len(who)) + who)))
    register = lambda session: enip(0x65, struct.pack("<HH", 1, 0), session)
    read = lambda cls: b"\x03" + path(cls, 1) + struct.pack("<HH", 1, 5)
    c.session(1, STATION, PLC, 50001, 44818,
              [(">", register(0)), ("<", register(9)),
               (">", unit_data(several(b"\x0a" + path(2, 1), read(0x8B), read(0x73)), 1)),
               ("<", unit_data(several(b"\x8a\0\0\0", b"\x83\0\0\0\1\0", b"\x83\0\0\0\1\0"), 1)),
               (">", unit_data(b"\x04" + path(0x8B, 1) + struct.pack("<HHH", 1, 6, 1), 2)),
               ("<", unit_data(b"\x84\0\x08\0", 2)),
               (">", enip(0x6F, struct.pack("<IHHHH", 0, 0, 1, 0xB2, 40)))])


def crc(data):
    c = 0
    for b in data:
        c ^= b
        for _ in range(8):
            c = c >> 1 ^ 0xA6BC if c & 1 else c >> 1
    return struct.pack("<H", ~c & 0xFFFF)


def dnp3(transport, part):
    """A link frame around a transport segment."""
    user = bytes([transport]) + part
    head = b"\x05\x64" + bytes([len(user) + 5, 0xC4]) + struct.pack("<HH", 1, 2)
    return head + crc(head) + b"".join(user[i:i + 16] + crc(user[i:i + 16]) for i in range(0, len(user), 16))


@case('alert dnp3 any any -> any any (msg:"read"; dnp3_func:read; dnp3_obj:60,2; sid:350;)\n'
      'alert dnp3 any any -> any any (msg:"relay"; dnp3_func:direct_operate; dnp3_obj:12,1; dnp3_data; content:"|03 01 64|"; sid:351;)\n'
      'alert dnp3 any any -> any any (msg:"restarted"; dnp3_ind:device_restart,device_trouble; sid:352;)\n'
      'alert dnp3 any any -> any any (msg:"in pieces"; dnp3_data; content:"MALWARE"; flow:to_client; sid:353;)\n'
      'alert dnp3 any any -> any any (msg:"spoilt"; app-layer-event:dnp3.bad_transport_crc; sid:354;)\n'
      'alert dnp3 any any -> any any (msg:"restart"; dnp3_func:cold_restart; sid:355;)\n')
def dnp3_station(c):
    """Classes read, a relay operated, an answer in two segments, a spoilt frame, a restart."""
    spoilt = bytearray(dnp3(0xC3, b"\xc3\x0e"))
    spoilt[-3] ^= 1
    c.session(0, STATION, PLC, 50002, 20000,
              [(">", dnp3(0xC0, bytes.fromhex("c0013c02063c0306"))),
               ("<", dnp3(0x40, bytes.fromhex("c08180006e0700000 04d414c57".replace(" ", "")))),
               ("<", dnp3(0x81, b"ARE")),
               (">", dnp3(0xC1, bytes.fromhex("c1050c01170107030164000000640000 0000".replace(" ", "")))),
               (">", bytes(spoilt)), (">", dnp3(0xC4, b"\xc4\x0d"))])


def modbus(transaction, pdu, unit=1, protocol=0):
    return struct.pack(">HHHB", transaction, protocol, len(pdu) + 1, unit) + pdu


@case('alert modbus any any -> any any (msg:"registers read"; modbus:access read holding, address 5; sid:360;)\n'
      'alert modbus any any -> any any (msg:"other address"; modbus:access read holding, address 4; sid:361;)\n'
      'alert modbus any any -> any any (msg:"coil on"; modbus:access write coils, address 20, value 1; sid:362;)\n'
      'alert modbus any any -> any any (msg:"coil off"; modbus:access write coils, address 21, value 1; sid:363;)\n'
      'alert modbus any any -> any any (msg:"silent"; modbus:unit 3, function 8, subfunction 4; sid:364;)\n'
      'alert modbus any any -> any any (msg:"not public"; modbus:function !public; sid:365;)\n'
      'alert modbus any any -> any any (msg:"setpoint"; modbus:access write holding, address 8, value >400; sid:366;)\n'
      'alert modbus any any -> any any (msg:"nobody asked"; app-layer-event:modbus.unsolicited_response; sid:367;)\n'
      'alert modbus any any -> any any (msg:"other protocol"; app-layer-event:modbus.invalid_protocol_id; sid:368;)\n'
      'alert modbus any any -> any any (msg:"not what was written"; app-layer-event:modbus.value_mismatch; sid:369;)\n')
def modbus_station(c):
    """Registers read, coils and a register written, a unit silenced, a function of nobody's, odd answers."""
    c.session(0, STATION, PLC, 50003, 502,
              [(">", modbus(1, struct.pack(">BHH", 3, 4, 2))), ("<", modbus(1, b"\x03\x04\0\x0a\1\x2c")),
               (">", modbus(2, struct.pack(">BHHB", 15, 19, 10, 2) + b"\xcd\x01")),
               ("<", modbus(2, struct.pack(">BHH", 15, 19, 10))),
               (">", modbus(3, struct.pack(">BHH", 8, 4, 0), unit=3)),
               (">", modbus(4, b"\x2a") + modbus(5, struct.pack(">BHH", 6, 7, 500))),
               ("<", modbus(5, struct.pack(">BHH", 6, 7, 501))),
               ("<", modbus(9, b"\x03\x02\0\1")),
               (">", modbus(6, struct.pack(">BHH", 1, 0, 1), protocol=7))])


if __name__ == "__main__":
    make.main(sys.argv[1:])
