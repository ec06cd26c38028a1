# SPDX-License-Identifier: Apache-2.0
"""What programs say in HTTP, TLS, DNS, DCE/RPC and SNMP: bytes for craft.Capture.session() and udp().

Written from the protocols' descriptions: RFC 9112, 5246, 5280, 6066, 1035, 3416; C706 (DCE/RPC).
"""
import struct
import uuid


def request(line, body=b"", **headers):
    """An HTTP request; `line` without the version, headers with _ for -."""
    headers = {"Host": "www.example.net", **headers}
    if body:
        headers["Content-Length"] = str(len(body))
    head = "".join(f"{k.replace('_', '-')}: {v}\r\n" for k, v in headers.items())
    return f"{line} HTTP/1.1\r\n{head}\r\n".encode() + body


def response(body=b"ok", **headers):
    head = "".join(f"{k.replace('_', '-')}: {v}\r\n" for k, v in headers.items())
    return f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\n{head}\r\n".encode() + body


def page(line, body=b"", **headers):
    """A request and a short answer."""
    return [(">", request(line, body, **headers)), ("<", response())]


def query(name, kind=1):
    labels = b"".join(bytes([len(x)]) + x.encode() for x in name.split("."))
    return struct.pack("!6H", 0x1234, 0x0100, 1, 0, 0, 0) + labels + struct.pack("!BHH", 0, kind, 1)


def vector(data, n=2):
    return len(data).to_bytes(n, "big") + data


def record(kind, data):
    return bytes([kind]) + b"\x03\x03" + vector(data)


def handshake(kind, data):
    return bytes([kind]) + vector(data, 3)


def client_hello(name):
    sni = b"\0\0" + vector(vector(b"\0" + vector(name.encode())))
    body = b"\x03\x03" + bytes(range(32)) + b"\0" + vector(b"\xc0\x2f\x00\x2f") + b"\x01\0"
    return record(22, handshake(1, body + vector(sni)))


def der(tag, *parts):
    data = b"".join(parts)
    n = len(data)
    length = bytes([n]) if n < 128 else b"\x82" + n.to_bytes(2, "big")
    return bytes([tag]) + length + data


def certificate(issuer, subject, serial=b"\x12\x34\x56\x78", algorithm=None, extension=None):
    """X.509 with a name of one CN each and no true signature; `issuer` and `subject` are text."""
    sha256rsa = der(0x30, bytes.fromhex("06092a864886f70d01010b"), b"\x05\0")
    rsa = der(0x30, bytes.fromhex("06092a864886f70d010101"), b"\x05\0")

    def name(text):
        cn = der(0x30, b"\x06\x03\x55\x04\x03", der(0x0C, text.encode()))
        return der(0x30, der(0x31, cn))

    key = der(0x30, der(2, b"\x00\xc1" + bytes(range(1, 128))), der(2, b"\x01\0\x01"))
    tbs = der(0x30, der(0xA0, der(2, b"\x02")), der(2, serial), sha256rsa, name(issuer),
              der(0x30, der(0x17, b"250101000000Z"), der(0x17, b"350101000000Z")), name(subject),
              der(0x30, algorithm or rsa, der(3, b"\0" + key)),
              der(0xA3, der(0x30, extension)) if extension else b"")
    return der(0x30, tbs, sha256rsa, der(3, b"\0" + bytes(range(128))))


def tls(name):
    """A client asks a server by name, which answers with a certificate."""
    return tls_from("Example CA", name, name)


def tls_from(issuer, subject, name="www.example.net", **parts):
    chosen = handshake(2, b"\x03\x03" + bytes(range(32, 64)) + b"\0\xc0\x2f\0")
    chain = handshake(11, vector(vector(certificate(issuer, subject, **parts), 3), 3))
    return [(">", client_hello(name)), ("<", record(22, chosen) + record(22, chain) +
                                        record(22, handshake(14, b"")))]


NDR = uuid.UUID("8a885d04-1ceb-11c9-9fe8-08002b104860").bytes_le + struct.pack("<I", 2)


def pdu(kind, body, call=1):
    return struct.pack("<BBBBIHHI", 5, 0, kind, 3, 16, 16 + len(body), 0, call) + body


def rpc(interface, opnum, stub, version=1):
    """DCE/RPC over TCP: the interface is bound, accepted, and one call is made and answered."""
    context = struct.pack("<HBB", 0, 1, 0) + uuid.UUID(interface).bytes_le
    bind = struct.pack("<HHIBBH", 4280, 4280, 0, 1, 0, 0) + context + struct.pack("<I", version) + NDR
    taken = struct.pack("<HHIH", 4280, 4280, 1, 6) + b"49667\0" + struct.pack("<BBHHH", 1, 0, 0, 0, 0)
    call = struct.pack("<IHH", len(stub), 0, opnum) + stub
    answer = struct.pack("<IHH", 4, 0, 0) + bytes(4)
    return [(">", pdu(11, bind)), ("<", pdu(12, taken + NDR)), (">", pdu(0, call, 2)),
            ("<", pdu(2, answer, 2))]


def snmp_get(community):
    asked = der(0x30, der(0x30, bytes.fromhex("06082b06010201010500"), b"\x05\0"))
    got = der(0xA0, der(2, b"\x11\x22"), der(2, b"\0"), der(2, b"\0"), asked)
    return der(0x30, der(2, b"\x01"), der(4, community.encode()), got)
