#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""relay.py ARGUMENTS…: impacket's ntlmrelayx. Its LDAP attack wants a module (dsinternals) that Debian does
not package and that relaying to SMB never calls: an empty one stands in.

Only inside a network namespace of the range."""
import os
import runpy
import subprocess
import sys
import types

if not subprocess.run(["ip", "netns", "identify", str(os.getpid())], capture_output=True, text=True).stdout.strip():
    sys.exit("not in a namespace of the range")
for name, what in (("common.data.DNWithBinary", "DNWithBinary"), ("common.data.hello.KeyCredential", "KeyCredential"),
                   ("common.cryptography.X509Certificate2", "X509Certificate2"), ("system.Guid", "Guid"),
                   ("system.DateTime", "DateTime"), ("common.data.hello.KeyCredential", "KeyCredential")):
    parts = ("dsinternals." + name).split(".")
    for i in range(1, len(parts) + 1):
        sys.modules.setdefault(".".join(parts[:i]), types.ModuleType(".".join(parts[:i])))
    setattr(sys.modules[".".join(parts)], what, type(what, (), {}))
tool = os.path.join(os.environ["IMPACKET"], "ntlmrelayx.py")
sys.argv[0] = tool
runpy.run_path(tool, run_name="__main__")
