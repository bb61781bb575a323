"""A disk that is full, one that stalls, and one that fails."""

import http.client
import json
import os
import re
import shutil
import struct
import subprocess
import threading
import time

from bench import Area, Server, Skip, case, check, counts, equal, journal, native, verify

# Three segments of 16 MiB, and room for the store with its write-ahead log.
TMPFS_MIB = 96
SINGLE = "/api/v1/transactions"


class Volume:
    """A small file system of its own."""

    def __init__(self, area):
        self.path = area.file("volume")
        os.mkdir(self.path)
        done = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={TMPFS_MIB}m", "tmpfs", self.path],
            capture_output=True)
        if done.returncode:
            raise Skip("no tmpfs can be mounted here: " + done.stderr.decode().strip())

    def __enter__(self):
        return self

    def __exit__(self, *error):
        subprocess.run(["umount", "-l", self.path], capture_output=True)

    def fill(self):
        """Takes all space that is left; the ballast file."""
        path = os.path.join(self.path, "ballast")
        with open(path, "wb", buffering=0) as file:
            try:
                while file.write(bytes(65536)):
                    pass
            except OSError:
                pass
        return path


def decided(results):
    return {row["transaction_id"]: (row["outcome"], row["position"])
            for row in results if "outcome" in row}


def fill(session, name, size):
    """Posts batches until one is refused as a whole; what was decided."""
    for start in range(0, 200_000, size):
        lines = [json.dumps(native(f"{name}{start + k}", account=f"A{k % 97}", device="d" * 200))
                 .encode() for k in range(size)]
        answer = session.post(
            SINGLE, b"\n".join(lines), {"Content-Type": "application/x-ndjson"})
        if answer.status == 503:
            check(answer.headers["Retry-After"], "there is no Retry-After for a batch")
            return
        equal(answer.status, 200, f"status of a batch ({answer})")
        results = decided(answer.json["results"])
        equal(len(results), size, "decisions of a batch")
        yield from results.items()
    raise AssertionError("the disk does not get full")


@case("a full disk refuses with 503 and Retry-After, and works again when there is space")
def full():
    with Area("full") as area, Volume(area) as volume:
        server = Server(area, data=os.path.join(volume.path, "data"),
                        options=["--segment-mib", "16"])
        server.start()
        session = server.session()
        time.sleep(0.5)  # The next segment is prepared by now.
        ballast = volume.fill()
        acknowledged = dict(fill(session, "f", 500))
        number = 200_000
        # What is left of the segment takes single requests; then they are refused as well.
        while True:
            number += 1
            answer = session.post(SINGLE, native(f"f{number}", device="d" * 200))
            if answer.status == 503:
                break
            equal(answer.status, 200, f"status on a nearly full disk ({answer})")
            acknowledged.update(decided([answer.json]))
        check(answer.headers["Retry-After"], "there is no Retry-After")
        check("space" in answer.json["message"], f"{answer}")
        for _ in range(50):
            equal(session.post(SINGLE, native(f"f{number}")).status, 503, "status while full")
        one = next(iter(acknowledged))
        label = {"transaction_id": one, "source": "native", "fraud": True}
        equal(session.post("/api/v1/labels", label).status, 503, "a label while full")
        login = dict(source="native", activity="login", succeeded=True, account="A1")
        # One may fit into what is left; where all do not, none is taken.
        answer = session.post("/api/v1/activities", {"activities": [login] * 1000})
        equal(answer.status, 503, f"activities while full ({answer})")
        check(answer.headers["Retry-After"], "there is no Retry-After for activities")
        equal(session.get("/health").status, 200, "/health while full")
        last = list(acknowledged)[-1]
        began = time.monotonic()
        equal(session.get(f"/api/v1/decisions/{last}").status, 200, "the last one while full")
        check(time.monotonic() - began < 2, "a read waits for a store that cannot be written")
        shown = session.get(f"/api/v1/decisions/{one}")
        equal(shown.status, 200, f"a decision while full ({shown})")
        check(server.isRunning(), "the server ended: " + server.errors())

        os.remove(ballast)
        answer = session.post(SINGLE, native("space"))
        equal(answer.status, 200, f"status with space again ({answer})")
        acknowledged.update(decided([answer.json]))
        equal(session.post("/api/v1/labels", label).status, 200, "a label with space again")
        session.tell([login])
        deadline = time.monotonic() + 20
        while True:
            rows = {row["transaction_id"]: row for row in session.listing()}
            if len(rows) >= len(acknowledged) or time.monotonic() > deadline:
                break
        lost = [id for id in acknowledged if id not in rows]
        check(not lost, f"{len(lost)} acknowledged decisions are not listed, first {lost[:3]}")
        equal(len(rows), len(acknowledged), "rows")
        equal(server.stop(), 0, "exit code")
        report = verify(server.data)
        equal(report["decisions"], len(acknowledged), "decisions logged")
        equal(counts(server.data)["activity"], 1, "activities logged")
        server.start()
        equal(server.session().get("/api/v1/decisions/space").status, 200, "after a restart")
        equal(server.stop(), 0, "exit code")
        return f"{len(acknowledged)} acknowledged, all kept"


@case("a server stops in order on a full disk, and starts again")
def stop_when_full():
    with Area("stopfull") as area, Volume(area) as volume:
        server = Server(area, data=os.path.join(volume.path, "data"),
                        options=["--segment-mib", "16"])
        server.start()
        session = server.session()
        time.sleep(0.5)
        ballast = volume.fill()
        kept = sum(len(dict(fill(session, f"s{size}-", size))) for size in (1000, 100, 10, 1))
        code = server.stop()
        equal(code, 0, f"exit code on a full disk ({server.errors()[-200:]})")
        verify(server.data)
        os.remove(ballast)
        server.start()
        equal(server.session().post(SINGLE, native("later")).status, 200, "status afterwards")
        equal(server.stop(), 0, "exit code")
        equal(verify(server.data)["decisions"], kept + 1, "decisions")
        return f"{kept} decisions"


def shim(area):
    """The library that stands before libc, and the folder of its flags."""
    if not shutil.which("gcc"):
        raise Skip("gcc is not here to build the shim")
    library, flags = area.file("stall.so"), area.file("flags")
    source = os.path.join(os.path.dirname(os.path.abspath(__file__)), "stall.c")
    subprocess.run(["gcc", "-shared", "-fPIC", "-O1", "-o", library, source, "-ldl"], check=True)
    os.mkdir(flags)
    return flags, {"LD_PRELOAD": library, "ASSAY_STALL": flags}


def raised(flags, name):
    path = os.path.join(flags, name)
    with open(path, "w"):
        pass
    return path


@case("a disk that stalls for 2 s: every answer by its deadline, all reconciled afterwards")
def stalled():
    with Area("stall") as area:
        flags, environment = shim(area)
        server = Server(area, environment=environment, options=["--segment-mib", "16"])
        server.start()
        warm = server.session()
        for number in range(50):
            equal(warm.post(SINGLE, native(f"warm{number}")).status, 200, "status")
        answers, lock, problems = [], threading.Lock(), []
        until = time.monotonic() + 3.2

        def load(name):
            try:
                session, number = server.session(), 0
                while time.monotonic() < until:
                    id = f"{name}-{number}"
                    number += 1
                    began = time.monotonic()
                    answer = session.post(SINGLE, native(id, account=name))
                    seconds = time.monotonic() - began
                    with lock:
                        answers.append((id, answer.status, answer.json, seconds))
                    time.sleep(0.002)
            except Exception as error:
                problems.append(repr(error))

        threads = [threading.Thread(target=load, args=(f"stall{n}",)) for n in range(8)]
        for thread in threads:
            thread.start()
        time.sleep(0.4)
        flag = raised(flags, "sleep")
        time.sleep(0.5)
        check(not os.path.exists(flag), "no sync stalled: the shim has no effect")
        equal(server.session().get("/health").status, 200, "/health during the stall")
        for thread in threads:
            thread.join()
        check(not problems, f"{problems[:3]}")
        equal({status for _, status, _, _ in answers}, {200}, "statuses")
        early = [row for row in answers if row[2]["decided_by"] == "fallback"]
        check(len(early) >= 40, f"only {len(early)} of {len(answers)} answers are fallbacks")
        for _, _, body, _ in early:
            equal((body["outcome"], body["score"]), ("review", None), f"fallback {body}")
        # The deadline is 250 ms; the rest is what a busy machine may add.
        times = sorted(seconds for _, _, _, seconds in answers if seconds > 0.2)
        slowest, usual = times[-1], times[len(times) // 2]
        check(usual < 0.35 and slowest < 1, f"answers took {usual:.2f} to {slowest:.2f} s")

        session = server.session()
        rows = {row["transaction_id"]: row for row in session.listing()}
        lost = [id for id, _, _, _ in answers if id not in rows]
        check(not lost, f"{len(lost)} transactions were never decided, first {lost[:3]}")
        for id, _, body, _ in answers:
            if body["decided_by"] == "engine":
                equal(rows[id]["outcome"], body["outcome"], f"outcome of {id}")
        text = session.get("/metrics").body.decode()
        counted = int(re.search(r"^assay_fallbacks_total (\d+)", text, re.M).group(1))
        equal(counted, len(early), "fallbacks counted")
        equal(server.stop(), 0, "exit code")
        verify(server.data)
        logged = {struct.unpack_from("<QB", body) for _, kind, body in journal(server.data)
                  if kind == "fallback"}
        expected = {(rows[id]["position"], 2) for id, _, _, _ in early}
        linked = len(logged & expected)
        equal((linked, len(logged)), (len(early), len(early)),
              "fallback answers linked to their decisions, fallback entries")
        return f"{len(answers)} answers, {len(early)} fallbacks, slowest {slowest * 1000:.0f} ms"


@case("a sync that fails ends the process with 74, and nothing acknowledged is lost")
def failing():
    with Area("fail") as area:
        flags, environment = shim(area)
        server = Server(area, environment=environment, options=["--segment-mib", "16"])
        acknowledged = {}
        for round in range(3):
            server.start()
            lock = threading.Lock()

            def load(name):
                try:
                    session, number = server.session(), 0
                    while True:
                        answer = session.post(SINGLE, native(f"{name}-{number}"))
                        number += 1
                        if answer.status == 200 and answer.json["decided_by"] == "engine":
                            with lock:
                                acknowledged.update(decided([answer.json]))
                except Exception:  # The server is gone: that is what this case is about.
                    pass

            threads = [threading.Thread(target=load, args=(f"r{round}c{n}",)) for n in range(4)]
            for thread in threads:
                thread.start()
            time.sleep(0.3)
            before = len(acknowledged)
            check(before > 0, "nothing was acknowledged before the failure")
            raised(flags, "fail")
            code = server.wait(10)
            for thread in threads:
                thread.join()
            equal(code, 74, f"exit code ({server.errors()})")
            check("journal failed" in server.errors() and "sync" in server.errors(),
                  server.errors())
        server.start()
        rows = {row["transaction_id"]: (row["outcome"], row["position"])
                for row in server.session().listing()}
        for id, decision in acknowledged.items():
            equal(rows.get(id), decision, f"decision {id} after the restart")
        equal(server.session().post(SINGLE, native("later")).status, 200, "status afterwards")
        equal(server.stop(), 0, "exit code")
        verify(server.data)
        equal(counts(server.data)["decision"], len(rows) + 1, "decisions logged")
        return f"{len(acknowledged)} acknowledged, {len(rows)} kept"


@case("a segment that cannot be made ends the process with 74, and nothing acknowledged is lost")
def no_segment():
    with Area("segment") as area:
        flags, environment = shim(area)
        server = Server(area, environment=environment, options=["--segment-mib", "16"])
        server.start()
        session = server.session()
        raised(flags, "lost")
        acknowledged = {}
        try:
            for id, decision in fill(session, "n", 500):
                acknowledged[id] = decision
        except (ConnectionError, http.client.HTTPException):
            pass
        equal(server.wait(10), 74, f"exit code ({server.errors()})")
        check("journal failed" in server.errors() and "name" in server.errors(), server.errors())
        server.start()
        rows = {row["transaction_id"]: (row["outcome"], row["position"])
                for row in server.session().listing()}
        lost = [id for id in acknowledged if rows.get(id) != acknowledged[id]]
        check(not lost, f"{len(lost)} acknowledged decisions are lost")
        equal(server.stop(), 0, "exit code")
        verify(server.data)
        return f"{len(acknowledged)} acknowledged, {len(rows)} kept"
