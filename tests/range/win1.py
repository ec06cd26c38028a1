#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""win1.py DIRECTORY: what impacket's tools need of a Windows host, and Samba does not offer: a service
manager and a task scheduler that obey, an encrypting file system and a DFS that visit whom they are told, and on
TCP (62670, 62671) an event log and the room of shadow copies. Impacket's own SMB server, pipes behind it.

Shares ADMIN$, C$ of DIRECTORY; any account with a right password. Nothing is ever executed: a
"started" service whose command writes \\\\…\\C$\\__output… gets a line of text there.
Impacket's server gives every client the same NTLM challenge, as poisoners do: who says so is right."""
import pathlib
import re
import socket
import sys
import threading

from impacket import smbserver
from impacket.dcerpc.v5 import scmr, tsch
from impacket.dcerpc.v5.dtypes import NULL
from impacket.dcerpc.v5.rpcrt import DCERPCServer
from impacket.ntlm import compute_lmhash, compute_nthash
from impacket.smbconnection import SMBConnection

root = pathlib.Path(sys.argv[1])
HANDLE = b"\x01" * 20
services = {"vss": "", "wbengine": "", "RemoteRegistry": ""}  # name: command


class Services(DCERPCServer):
    def __init__(self):
        DCERPCServer.__init__(self)
        self.addCallbacks(("367ABB81-9844-35F1-AD32-98F038001003", "2.0"), "\\PIPE\\svcctl", {
            0: self.close, 1: self.control, 2: self.delete, 6: self.status, 12: self.create, 15: self.manager,
            16: self.open, 19: self.start_service})
        self.command = ""

    def manager(self, data):
        a = scmr.ROpenSCManagerWResponse()
        a["lpScHandle"], a["ErrorCode"] = HANDLE, 0
        return a

    def open(self, data):
        q = scmr.ROpenServiceW(data)
        name = q["lpServiceName"].rstrip("\0")
        a = scmr.ROpenServiceWResponse()
        a["lpServiceHandle"] = HANDLE
        a["ErrorCode"] = 0 if name in services else 1060
        self.command = services.get(name, "")
        return a

    def create(self, data):
        q = scmr.RCreateServiceW(data)
        name = q["lpServiceName"].rstrip("\0")
        self.command = services[name] = q["lpBinaryPathName"].rstrip("\0")
        a = scmr.RCreateServiceWResponse()
        a["lpdwTagId"] = NULL
        a["lpServiceHandle"], a["ErrorCode"] = HANDLE, 0
        return a

    def start_service(self, data):
        out = re.search(r"C\$\\(__output\w*)", self.command)
        if out:
            (root / "c" / out[1]).write_text("nt authority\\system\r\n")
        a = scmr.RStartServiceWResponse()
        a["ErrorCode"] = 0
        return a

    def control(self, data):
        a = scmr.RControlServiceResponse()
        a["ErrorCode"] = 0
        return a

    def status(self, data):
        a = scmr.RQueryServiceStatusResponse()
        a["lpServiceStatus"]["dwCurrentState"] = scmr.SERVICE_RUNNING
        a["ErrorCode"] = 0
        return a

    def delete(self, data):
        a = scmr.RDeleteServiceResponse()
        a["ErrorCode"] = 0
        return a

    def close(self, data):
        a = scmr.RCloseServiceHandleResponse()
        a["hSCObject"], a["ErrorCode"] = b"\0" * 20, 0
        return a


class Tasks(DCERPCServer):
    def __init__(self):
        DCERPCServer.__init__(self)
        self.addCallbacks(("86D35949-83C9-4044-B424-DB363231FD0C", "1.0"), "\\PIPE\\atsvc", {
            1: self.register, 12: self.run_task, 13: self.delete})

    def register(self, data):
        a = tsch.SchRpcRegisterTaskResponse()
        a["pActualPath"], a["ErrorCode"] = tsch.SchRpcRegisterTask(data)["path"], 0
        return a

    def run_task(self, data):
        a = tsch.SchRpcRunResponse()
        a["pGuid"], a["ErrorCode"] = b"\x02" * 16, 0
        return a

    def delete(self, data):
        a = tsch.SchRpcDeleteResponse()
        a["ErrorCode"] = 0
        return a


DONE = b"\0" * 44  # handles, or nothing, and ERROR_SUCCESS


def visit(host):
    try:
        SMBConnection(host, host, timeout=5).login("WIN1$", "known to nobody", "CORP")
    except Exception as e:
        print(host, e)


class Visits(DCERPCServer):
    """Whoever calls it names a host, and it goes there as somebody: what coercion is about."""

    def __init__(self, uuid, version, pipe, opnums):
        DCERPCServer.__init__(self)
        self.addCallbacks((uuid, version), f"\\PIPE\\{pipe}", dict.fromkeys(opnums, self.visit))

    @staticmethod
    def visit(data):
        host = re.search(r"\d+\.\d+\.\d+\.\d+", data.decode("utf-16le", "ignore"))
        if host:
            threading.Thread(target=visit, args=(host[0],), daemon=True).start()
        return DONE


class OverTcp(DCERPCServer):
    """Any of the operations is answered with success."""

    def __init__(self, uuid, version, port, opnums):
        DCERPCServer.__init__(self)
        self.addCallbacks((uuid, version), str(port), dict.fromkeys(opnums, lambda _: DONE))
        self._sock = socket.create_server(("0.0.0.0", port))
        self.daemon = True
        self.start()


for d in ("c", "admin/Temp"):
    (root / d).mkdir(parents=True, exist_ok=True)
server = smbserver.SimpleSMBServer(listenAddress="0.0.0.0", listenPort=445)
server.addShare("ADMIN$", str(root / "admin"), "Remote Admin")
server.addShare("C$", str(root / "c"), "Default share")
server.setSMB2Support(True)
for user, password in zip(sys.argv[2::2], sys.argv[3::2]):
    server.addCredential(user, 0, compute_lmhash(password).hex(), compute_nthash(password).hex())
OverTcp("F6BEAFF7-1E19-4FBB-9F8F-B89E2018337C", "1.0", 62670, range(14))
OverTcp("214A0F28-B737-4026-B847-4F9E37D79529", "0.0", 62671, range(3, 8))
for name, rpc in (("svcctl", Services()), ("atsvc", Tasks()),
                  ("efsrpc", Visits("DF1941C5-FE89-4E79-BF10-463657ACF44D", "1.0", "efsrpc", (0, 4))),
                  ("netdfs", Visits("4FC742E0-4A10-11CF-8273-00AA004AE673", "3.0", "netdfs", (12, 13)))):
    rpc.daemon = True
    rpc.start()
    server.registerNamedPipe(name, ("127.0.0.1", rpc.getListenPort()))
server.start()
