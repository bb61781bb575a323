"""A log that is shorter than what is known of it is refused, and goes on where the loss is accepted."""

import glob
import os
import shutil
import time

from bench import Area, Server, case, check, equal, native, run, verify

OPTIONS = ["--segment-mib", "16", "--snapshot-mib", "4"]
TEXTS = dict(device="d" * 200, location="l" * 200)
BATCH, BATCHES = 500, 60


def payment(number):
    return native(f"p-{number}", account=f"A{number % 50}", **TEXTS)


def fill(area):
    """A directory with two segments and a snapshot, closed in order."""
    server = Server(area, options=OPTIONS)
    server.start()
    session = server.session()
    for batch in range(BATCHES):
        items = [payment(batch * BATCH + n) for n in range(BATCH)]
        equal(session.post("/api/v1/transactions", items).status, 200, "status")
    began = time.monotonic()
    while not glob.glob(server.data + "/snapshots/*.snapshot"):
        check(time.monotonic() - began < 40, "no snapshot")
        time.sleep(0.2)
    session.listing(until=1 << 62)
    equal(server.stop(), 0, "exit code")
    equal(len(segments(server.data)), 2, "segments")
    return server.data


def segments(data):
    return sorted(glob.glob(data + "/journal/*.journal"))


def cut(path, length):
    with open(path, "r+b") as file:
        file.truncate(length)


def zeros(path):
    length = os.path.getsize(path)
    cut(path, 0)
    cut(path, length)


def lose(data):
    for path in segments(data):
        os.remove(path)


# The damage, and whether the first and the last payment are kept.
DAMAGES = {
    "the last segment deleted": (lambda data: os.remove(segments(data)[-1]), True, False),
    "all segments deleted": (lose, False, False),
    "the folder deleted": (lambda data: shutil.rmtree(data + "/journal"), False, False),
    "the first segment deleted": (lambda data: os.remove(segments(data)[0]), None, True),
    "the last segment all zeros": (lambda data: zeros(segments(data)[-1]), True, False),
    "the last segment cut to 0": (lambda data: cut(segments(data)[-1], 0), True, False),
    "the last segment cut to 63": (lambda data: cut(segments(data)[-1], 63), True, False),
    "the last segment cut to 64": (lambda data: cut(segments(data)[-1], 64), True, False),
    "the last segment cut to 100000": (lambda data: cut(segments(data)[-1], 100_000), True, False),
}


def again(session, number):
    answer = session.post("/api/v1/transactions", payment(number))
    equal(answer.status, 200, f"{answer}")
    return answer.json.get("duplicate", False)


def refused(area, data, name):
    """Every way in says what is missing; nothing is changed by it."""
    before = sorted(os.listdir(data + "/journal")) if os.path.isdir(data + "/journal") else []
    server = Server(area, data)
    try:
        server.start()
    except AssertionError as problem:
        check("recover --accept-loss" in str(problem), f"{name}: {problem}")
    else:
        raise AssertionError(f"{name}: the server started")
    code, _, problem = run("replay", "--verify", "--data", data)
    check(code == 1 and ("missing" in problem or "retention" in problem or "cut" in problem or
                         "not a data directory" in problem), f"{name}: {code} {problem}")
    code, out, problem = run("recover", "--data", data)
    check(code == 1 and "lost: entries" in out and "--accept-loss" in problem,
          f"{name}: {code} {out} {problem}")
    names = [file for file in os.listdir(data + "/journal") if file != "lock"]
    equal(sorted(names), [file for file in before if file != "lock"], f"{name}: files")


@case("a log without its last, first or any segment is refused, until the loss is accepted")
def shorter():
    with Area("lost") as area:
        whole = fill(area)
        last = BATCH * BATCHES - 1
        for name, (strike, first_is_kept, last_is_kept) in DAMAGES.items():
            data = area.file("damaged")
            shutil.rmtree(data, ignore_errors=True)
            shutil.copytree(whole, data)
            strike(data)
            refused(area, data, name)
            equal(run("recover", "--data", data, "--accept-loss")[0], 0, f"{name}: recover")
            server = Server(area, data, options=OPTIONS)
            server.start()
            session = server.session()
            if first_is_kept is not None:
                equal(again(session, 0), first_is_kept, f"{name}: the first payment")
            equal(again(session, last), last_is_kept, f"{name}: the last payment")
            equal(again(session, last), True, f"{name}: sent again")
            check(session.listing(until=1 << 62) is not None, "a listing")
            equal(session.get("/api/v1/transactions?limit=2").status, 200, f"{name}: listing")
            server.kill()
            server.start()
            equal(again(server.session(), last), True, f"{name}: after a kill")
            equal(server.stop(), 0, "exit code")
            report = verify(data)
            equal(len(report["losses"]), 1, f"{name}: losses told by replay")
            equal(run("recover", "--data", data)[0], 0, f"{name}: nothing more is missing")


@case("an older copy of the journal is refused beside what knows better")
def stale():
    with Area("lost") as area:
        server = Server(area)
        server.start()
        again(server.session(), 1)
        equal(server.stop(), 0, "exit code")
        shutil.copytree(server.data + "/journal", area.file("old"))
        server.start()
        again(server.session(), 2)
        # As soon as a follower has it, a kill is enough.
        server.session().listing(until=1 << 62)
        server.kill()
        shutil.rmtree(server.data + "/journal")
        shutil.copytree(area.file("old"), server.data + "/journal")
        refused(area, server.data, "an older copy")


@case("another directory's journal is refused")
def foreign():
    with Area("lost") as area:
        servers = [Server(area, name) for name in ("one", "two")]
        for server in servers:
            server.start()
            again(server.session(), 1)
            equal(server.stop(), 0, "exit code")
        shutil.rmtree(servers[0].data + "/journal")
        shutil.copytree(servers[1].data + "/journal", servers[0].data + "/journal")
        server = servers[0]
        try:
            server.start()
        except AssertionError as problem:
            check("another log" in str(problem), f"{problem}")
        else:
            raise AssertionError("the server started")
