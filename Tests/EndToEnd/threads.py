"""A machine that has no thread left: snapshots and segments go on, and a start says why it ends."""

import glob
import os
import subprocess
import time

from bench import ROOT, Area, Server, Skip, case, check, equal, native

SINGLE = "/api/v1/transactions"


def library(area):
    path = area.file("threads.so")
    source = os.path.join(ROOT, "Tests", "EndToEnd", "threads.c")
    done = subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-o", path, source, "-ldl"],
                          capture_output=True)
    if done.returncode:
        raise Skip("there is no C compiler")
    return path


@case("without threads to spare snapshots are taken, segments follow, and SIGTERM ends the server")
def none_left():
    with Area("threads") as area:
        server = Server(area, options=["--segment-mib", "16", "--snapshot-mib", "2"])
        flag = area.file("none")
        server.environment = dict(LD_PRELOAD=library(area), ASSAY_TEST_NO_THREADS=flag)
        server.start()
        session = server.session()
        with open(flag, "w", encoding="ascii"):
            pass
        began, number = time.monotonic(), 0

        def goes_on():
            return (len(glob.glob(server.data + "/snapshots/*.snapshot")) > 1
                    and len(glob.glob(server.data + "/journal/*.journal")) > 1)

        while not goes_on():
            check(time.monotonic() - began < 60, f"no snapshot or segment ({server.errors()})")
            items = [native(f"p{number}-{n}", device="d" * 250, location="l" * 250)
                     for n in range(500)]
            equal(session.post(SINGLE, items).status, 200, "status")
            number += 1
        began = time.monotonic()
        equal(server.stop(20), 0, "exit code")
        return f"stopped in {time.monotonic() - began:.1f} s"


@case("a start without threads ends with the reason, and does not hang")
def start():
    with Area("threads") as area:
        flag = area.file("none")
        with open(flag, "w", encoding="ascii"):
            pass
        server = Server(area)
        server.environment = dict(LD_PRELOAD=library(area), ASSAY_TEST_NO_THREADS=flag)
        server.launch()
        code = server.process.wait(40)
        equal(code, 71, "exit code")
        check("no thread can be started" in server.errors(), server.errors())
