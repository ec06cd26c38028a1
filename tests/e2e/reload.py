#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Reload under traffic: reload.py SENSOR

A capture is fed through a pipe, with a HUP between its frames again and again, so that streams,
flowbits, counters and thresholds are cut by the change of rules. eve.json must be the same as
without. Then rules that change, and rules that cannot be read.
"""
import json
import pathlib
import re
import signal
import struct
import subprocess
import sys
import tempfile
import time

here = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(here.parent / "golden"))
from craft import Capture, udp  # noqa: E402

sensor = str(pathlib.Path(sys.argv[1]).resolve())
RELOADS = 50
bad = 0
RULES = """alert tcp any any -> any 8080 (msg:"split"; content:"left"; content:"right"; distance:0; sid:1;)
alert tcp any any -> any 8080 (msg:"first"; content:"left"; flowbits:set,half; noalert; sid:2;)
alert tcp any any -> any 8080 (msg:"then"; flow:to_server; content:"end"; flowbits:isset,half; sid:3;)
alert tcp any any -> any 8080 (msg:"waits"; content:"right"; content:!"never"; within:400; sid:4;)
alert udp any any -> any 9999 (msg:"counted"; content:"x"; flowint:n,+,1; noalert; sid:5;)
alert udp any any -> any 9999 (msg:"every fourth"; content:"x"; flowint:n,==,4; flowint:n,=,0; sid:6;)
alert udp any any -> any 9999 (msg:"at most"; content:"x"; threshold:type both, track by_src, count 5, seconds 3; sid:7;)
alert udp any any -> any 9999 (msg:"host"; content:"x"; xbits:set,seen,track ip_src,expire 60; noalert; sid:8;)
alert tcp any any -> any 8080 (msg:"seen before"; flow:to_server; content:"end"; xbits:isset,seen,track ip_src; sid:9;)
alert udp any any -> any 9999 (msg:"header"; sid:10;)
alert http any any -> any any (msg:"both"; http.uri; content:"/page"; http.user_agent; content:"tester"; sid:20;)
alert http any any -> any any (msg:"body"; flow:to_client; http.stat_code; content:"200"; file.data; content:"first"; content:"last"; distance:0; sid:21;)
alert http any any -> any any (msg:"late"; flow:to_server; http.method; content:"POST"; http.request_body; content:"secret"; sid:22;)
alert tcp any any -> any any (msg:"web"; flow:to_server; app-layer-protocol:http; sid:23;)
"""


def check(good, what):
    global bad
    bad += not good
    print(f"{'ok    ' if good else 'FAILED'} {what}", flush=True)


def capture(path):
    c = Capture()
    for i in range(400):
        t, host = i * .05, f"10.1.0.{20 + i % 7}"
        c.session(t, host, "10.1.1.1", 20000 + i, 8080,
                  [(">", b"a left b"), (">", b"c" * 100), (">", b"d right e"), (">", b"f end")])
        body = b"first" + b"-" * 200 + b"last"
        c.session(t + .005, host, "10.1.1.3", 40000 + i, 80, [
            (">", b"GET /page/%d HTTP/1.1\r\nHost: www.example.org\r\n" % i),
            (">", b"User-Agent: tester\r\n\r\n"),
            ("<", b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body)),
            ("<", body[:100]), ("<", body[100:]),
            (">", b"POST /form HTTP/1.1\r\nHost: www.example.org\r\nContent-Length: 20\r\n\r\n"),
            (">", b"this is a "), (">", b"secret!!!!"),
            ("<", b"HTTP/1.1 204 No Content\r\n\r\n")])
        c.add(t + .02, udp(host, "10.1.1.2", 30000 + i % 7, 9999, b"xyz"))
    c.write(path)


def frames(path):
    data = path.read_bytes()
    yield data[:24]
    at = 24
    while at < len(data):
        n = 16 + struct.unpack("<I", data[at + 8:at + 12])[0]
        yield data[at:at + n]
        at += n


def start(tmp, rules, workers, out, header, *more):
    out.mkdir()
    log = open(out / "log", "w+b")
    p = subprocess.Popen([sensor, "-r", "-", "-S", str(rules), "-l", str(out), "--set",
                          f"workers={workers}", "--set", f"rule.cache={tmp}/cache", *more],
                         stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=log)
    p.stdin.write(header)
    p.stdin.flush()
    until = time.monotonic() + 20
    while not (out / "eve.json").exists() and p.poll() is None and time.monotonic() < until:
        time.sleep(.01)  # before that a HUP ends it, as it does any program
    return p, lambda: (out / "log").read_text(errors="replace")


def alerts(out):
    rows = []
    for line in (out / "eve.json").read_text().splitlines():
        e = json.loads(line)
        if e["event_type"] == "alert" and e["alert"]["gid"] == 1:
            rows.append(line)
    return rows


def feed(p, all_frames, log=None):
    """With `log`: a HUP as soon as the one before has been answered, as long as frames last."""
    sent = 0
    for f in all_frames[1:]:
        p.stdin.write(f)
        p.stdin.flush()
        if log is None or sent > RELOADS:
            continue
        time.sleep(.001)
        if log().count("rules in force") == sent:
            p.send_signal(signal.SIGHUP)
            sent += 1
    p.stdin.close()
    p.wait(60)


def stats(out):
    return json.loads((out / "stats.json").read_text())


def same_rules(tmp, rules, all_frames):
    p, _ = start(tmp, rules, 1, tmp / "plain", all_frames[0])
    feed(p, all_frames)
    want = alerts(tmp / "plain")
    kinds = {json.loads(x)["alert"]["signature_id"] for x in want}
    check(kinds == {1, 3, 4, 6, 7, 9, 10, 20, 21, 22, 23}, f"without a reload each rule alerts: {sorted(kinds)}")
    for workers in (1, 2):
        out = tmp / f"reloaded-{workers}"
        p, log = start(tmp, rules, workers, out, all_frames[0])
        feed(p, all_frames, log)
        s = stats(out)
        got = alerts(out)
        check(p.returncode == 0 and s["reload"]["done"] >= RELOADS,
              f"{workers} workers: {s['reload']['done']} reloads, exit {p.returncode}")
        check(got == want, f"{workers} workers: the same {len(want)} alerts to the byte ({len(got)})")
        check(s["capture"]["frames"] == len(all_frames) - 1 and s["reload"]["seconds"] < 5,
              f"no frame is missed; the last reload took {s['reload']['seconds']} s")


def other_rules(tmp, rules, all_frames):
    """A rule that goes, one that comes, one whose text changes; then a file with nothing in it."""
    out = tmp / "changed"
    p, log = start(tmp, rules, 1, out, all_frames[0])
    half = len(all_frames) // 2
    for i, f in enumerate(all_frames[1:]):
        p.stdin.write(f)
        p.stdin.flush()
        if i == half:
            rules.write_text(RULES.replace('alert udp any any -> any 9999 (msg:"header"; sid:10;)', "")
                             + 'alert udp any any -> any 9999 (msg:"new"; content:"xyz"; sid:11;)\n')
            p.send_signal(signal.SIGHUP)
        elif i == half + 1500:
            rules.unlink()
            p.send_signal(signal.SIGHUP)
        time.sleep(.001 if i > half - 50 else 0)
    p.stdin.close()
    p.wait(60)
    text, s = log(), stats(out)
    rows = [json.loads(x) for x in alerts(out)]
    first = min((e["pcap_cnt"] for e in rows if e["alert"]["signature_id"] == 11), default=0)
    check(p.returncode == 0 and s["reload"]["done"] == 1 and s["reload"]["failed"] == 1,
          f"one reload, one failure: {s['reload']}")
    check(re.search("the rules stay as they are: .*test.rules", text), "a failure says why")
    check(first > half, f"the new rule matches from frame {first} on (asked at {half})")
    last = max(e["pcap_cnt"] for e in rows)
    check(last > half + 2500, "and the old rules match after the reload that failed")
    check(len({e["ruleset_sha256"] for e in rows}) == 2, "alerts name the rules they came from")


def by_rep(tmp, rules, all_frames):
    """REP's `reload` answers when the rules are in force, or why they are not."""
    rules.write_text(RULES)
    out, url = tmp / "rep", f"ipc://{tmp}/rep.sock"
    p, _ = start(tmp, rules, 2, out, all_frames[0], "--set", f"publish.rep={url}")
    asks = [("before", RULES), ("one more", RULES + 'alert tcp any any -> any 1 (msg:"m"; sid:99;)\n'),
            ("one bad", RULES + 'alert tcp any any -> any 1 (msg:"m"; sidd:99;)\n'), ("none", "")]
    answers, asking, text = [], None, iter(asks)
    for f in all_frames[1:]:
        if asking is None or asking.poll() is not None:
            if asking:
                answers.append(asking.stdout.read().strip())
            name, content = next(text, (None, None))
            if name is None:
                asking = None
                break
            rules.write_text(content)
            asking = subprocess.Popen(["nngcat", "--req", "--dial", url, "--data", "reload", "--raw"],
                                      stdout=subprocess.PIPE, text=True)
        p.stdin.write(f)
        p.stdin.flush()
        time.sleep(.001)
    p.stdin.close()
    p.wait(60)
    n = RULES.count("\n")
    want = [rf"ok {n} rules, {n} matched, 0 left out, \d+\.\d\d s", rf"ok {n + 1} rules, {n + 1} matched, 0 left out, .* s",
            rf"ok {n} rules, {n} matched, 1 left out, .* s", "error the rules stay as they are: there is no rule in it"]
    check(len(answers) == 4 and all(re.fullmatch(w, a) for w, a in zip(want, answers)), f"REP: {answers}")


def main():
    with tempfile.TemporaryDirectory() as name:
        tmp = pathlib.Path(name)
        rules, pcap = tmp / "test.rules", tmp / "in.pcap"
        rules.write_text(RULES)
        capture(pcap)
        all_frames = list(frames(pcap))
        same_rules(tmp, rules, all_frames)
        other_rules(tmp, rules, all_frames)
        by_rep(tmp, rules, all_frames)
    sys.exit(bad > 0)


main()
