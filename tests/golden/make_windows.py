#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes the golden captures of SMB, DCE/RPC, Kerberos, LDAP: make_windows.py [CASE…]; like make.py. The
conversations are those of the fuzzers' seeds, which the unit tests' messages are."""
import pathlib
import sys

import make

here = pathlib.Path(__file__).resolve().parent
make.CASES.clear()
case = make.case
CLIENT, SERVER = "10.1.0.20", "10.1.0.9"


def seed(path, skip=0):
    """[(">" or "<", bytes), …] of a seed (tests/fuzz/proto_talk.h), in segments of 1,400 bytes."""
    data = (here.parent / "fuzz/corpus" / path).read_bytes()[skip:]
    at = 0
    while at + 2 <= len(data):
        way, n = "<" if data[at] & 0x80 else ">", (data[at] & 0x3F) << 8 | data[at + 1]
        for i in range(at + 2, at + 2 + n, 1400):
            yield way, data[i:min(i + 1400, at + 2 + n)]
        at += 2 + n


@case('alert smb any any -> any any (msg:"share"; smb.share; content:"C$"; endswith; sid:260;)\n'
      'alert smb any any -> any any (msg:"user"; smb.ntlmssp_user; content:"alice"; sid:261;)\n'
      'alert smb any any -> any any (msg:"domain"; smb.ntlmssp_domain; content:"CORP"; sid:262;)\n'
      'alert smb any any -> any any (msg:"read"; flow:to_client; file.data; content:"ordinary letter"; sid:263;)\n'
      'alert smb any any -> any any (msg:"written"; flow:to_server; file.data; content:"ordinary"; sid:264;)\n'
      'alert smb any any -> any any (msg:"file"; file.name; content:"letter.txt"; filesize:1200; sid:265;)\n'
      'alert smb any any -> any any (msg:"old"; smb.version:1; sid:266;)\n')
def smb_file_read_and_written(c):
    """A login, C$, a file read, overwritten with noise and renamed."""
    c.session(0, CLIENT, SERVER, 50000, 445, list(seed("proto_smb/file")))


@case(args="--set detect.honey.paths=C$/docs/*.txt,data/elsewhere\n")
def honey_path(c):
    """The same; the file is bait."""
    c.session(0, CLIENT, SERVER, 50000, 445, list(seed("proto_smb/file")))


UUID = "367abb81-9844-35f1-ad32-98f038001003"


@case(f'alert dcerpc any any -> any any (msg:"svcctl"; dce_iface:{UUID}; flow:to_server; sid:270;)\n'
      f'alert smb any any -> any any (msg:"create"; dcerpc.iface:{UUID}; dcerpc.opnum:12,24; flow:to_server; sid:271;)\n'
      'alert smb any any -> any any (msg:"program"; dce_stub_data; content:"C|00|O|00|M|00|S|00|P|00|E|00|C|00|"; sid:272;)\n'
      'alert smb any any -> any any (msg:"pipe"; smb.named_pipe; content:"IPC$"; sid:273;)\n'
      'alert smb any any -> any any (msg:"other operation"; dce_opnum:13-23; sid:274;)\n')
def dcerpc_service_over_a_pipe(c):
    """The service manager's pipe, a service made."""
    c.session(0, CLIENT, SERVER, 50000, 445, list(seed("proto_smb/pipe")))


@case('alert krb5 any any -> any any (msg:"asks"; krb5_msg_type:as_req; sid:280;)\n'
      'alert krb5 any any -> any any (msg:"proof wanted"; krb5_err_code:25; sid:281;)\n'
      'alert krb5 any any -> any any (msg:"who"; krb5.cname; content:"alice"; flow:to_client; sid:282;)\n'
      'alert krb5 any any -> any any (msg:"AES"; krb5.ticket_encryption:aes256-cts-hmac-sha1-96; sid:283;)\n'
      'alert krb5 any any -> any any (msg:"weak"; krb5.weak_encryption; sid:284;)\n'
      'alert ldap any any -> any any (msg:"search"; ldap.request.dn; content:"DC=corp"; sid:285;)\n'
      'alert ldap any any -> any any (msg:"found"; ldap.responses.count:>3; sid:286;)\n')
def kerberos_and_ldap(c):
    """A Kerberos login in two steps; a bind and a search."""
    c.session(0, CLIENT, SERVER, 50000, 88, list(seed("proto_krb5/login", 1)))
    c.session(2, CLIENT, SERVER, 50001, 389, list(seed("proto_ldap/search")))


if __name__ == "__main__":
    make.main(sys.argv[1:])
