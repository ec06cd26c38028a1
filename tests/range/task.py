#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""task.py HOST USER PASSWORD: a scheduled task registered, run and deleted over \\pipe\\atsvc, as
atexec does, but without sealing (win1.py speaks none)."""
import sys

from impacket.dcerpc.v5 import transport, tsch
from impacket.dcerpc.v5.dtypes import NULL

host, user, password = sys.argv[1:4]
t = transport.DCERPCTransportFactory(rf"ncacn_np:{host}[\pipe\atsvc]")
t.set_credentials(user, password, "CORP")
rpc = t.get_dce_rpc()
rpc.connect()
rpc.bind(tsch.MSRPC_UUID_TSCHS)
xml = ('<?xml version="1.0" encoding="UTF-16"?><Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/'
       'mit/task"><Actions Context="LocalSystem"><Exec><Command>cmd.exe</Command><Arguments>/C whoami &gt; '
       '%windir%\\Temp\\kdYGbWfA.tmp 2&gt;&amp;1</Arguments></Exec></Actions></Task>')
tsch.hSchRpcRegisterTask(rpc, "\\kdYGbWfA", xml, tsch.TASK_CREATE, NULL, tsch.TASK_LOGON_NONE)
tsch.hSchRpcRun(rpc, "\\kdYGbWfA")
tsch.hSchRpcDelete(rpc, "\\kdYGbWfA")
print("task registered, run, deleted")
