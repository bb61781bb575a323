"""The oldest part of the log is removed when nothing needs it; what is kept stays verifiable."""

import json
import os
import sqlite3
import subprocess
import time

from bench import KEY, ROOT, Area, Server, Skip, case, check, equal, native, run, verify

SINGLE = "/api/v1/transactions"
OPTIONS = ["--segment-mib", "16", "--snapshot-mib", "4"]
BATCH = 500


def clock(area):
    library = area.file("clock.so")
    done = subprocess.run(
        ["cc", "-shared", "-fPIC", "-O1", "-o", library,
         os.path.join(ROOT, "Tests", "EndToEnd", "clock.c")], capture_output=True)
    if done.returncode:
        raise Skip("there is no C compiler")
    return library


def on(server, library, day):
    """The server's next start is on that day."""
    server.environment = {"LD_PRELOAD": library, "ASSAY_TEST_DAYS": str(day)}
    server.start(60)
    return server.session()


def fill(session, day, mib):
    """Traffic of that day, by its size in the log; the ids."""
    batches = mib * (1 << 20) // (BATCH * 800) + 1
    for batch in range(batches):
        items = [native(f"d{day}-{batch}-{n}", account=f"A{n % 90}", device="d" * 250,
                        location="l" * 200) for n in range(BATCH)]
        equal(session.post(SINGLE, items).status, 200, "status")
    return [f"d{day}-{batch}-{n}" for batch in range(batches) for n in (0, BATCH - 1)]


def pump(session, what, condition, seconds=90):
    """Traffic until a condition holds: snapshots are taken as the log grows."""
    began, number = time.monotonic(), 0
    while not condition():
        check(time.monotonic() - began < seconds, f"{what} did not come within {seconds} s")
        fill(session, f"31-{what[:3]}-{number}", 2)
        number += 1
        time.sleep(1)


def segments(server):
    folder = os.path.join(server.data, "journal")
    return sorted(int(name[:16], 16) for name in os.listdir(folder) if name.endswith(".journal"))


def wait(condition, what, seconds=40):
    began = time.monotonic()
    while not condition():
        check(time.monotonic() - began < seconds, f"{what} did not come within {seconds} s")
        time.sleep(0.1)


def health(server):
    return server.session().get("/health").json


def history(server, library):
    """Four weeks of traffic, each day in a life of the server of its own; the ids by day."""
    ids = {}
    for day in (0, 10, 20, 30):
        session = on(server, library, day)
        ids[day] = fill(session, day, 20)
        session.listing(until=1 << 62)
        server.stop(60)
    return ids


@case("segments go by size, not the last two weeks of ids; the rest starts, verifies and explains")
def by_size():
    with Area("retention") as area:
        library = clock(area)
        server = Server(area, options=OPTIONS)
        ids = history(server, library)
        before = segments(server)
        equal(before[0], 0, "the first segment")
        total = verify(server.data)["decisions"]
        server.options = OPTIONS + ["--retain-mib", "16"]
        session = on(server, library, 31)
        equal(health(server)["verifiable_from"], dict(position=0, received_after=None), "whole log")
        # Two whole snapshots must stand beyond what goes.
        pump(session, "the removal of segments", lambda: segments(server)[0] > 0)
        wait(lambda: health(server)["verifiable_from"]["position"] > 0, "a new place to verify from")
        kept = segments(server)
        found = health(server)["verifiable_from"]
        equal(found["position"], kept[0] + 64, "verifiable from the start of the log")
        check(found["received_after"], found)
        check(kept == before[len(before) - len([s for s in kept if s in before]):] +
              [s for s in kept if s not in before], f"{kept} of {before}")
        # Ids of the last seven days and more answer as before; the oldest are gone, with their rows.
        answer = session.get(f"/api/v1/decisions/{ids[0][0]}")
        equal(answer.status, 404, f"an old decision ({answer})")
        last = ids[30][-1]
        again = session.post(SINGLE, native(last, account=f"A{499 % 90}", device="d" * 250,
                                            location="l" * 200))
        equal((again.status, again.json.get("duplicate")), (200, True), f"a known id ({again})")
        rows = session.listing(source="native")
        check(min(row["position"] for row in rows) > kept[0], "rows of what was removed")
        server.kill()

        def check_all():
            report = verify(server.data)
            equal(report["verifiableFrom"], kept[0] + 64, "verified from")
            check(0 < report["decisions"] < total + 50_000, report)
            code, out, problem = run(
                "explain", last, "--data", server.data, "--verify", "--json", "--source", "native")
            equal(code, 0, f"explain ({problem})")
            equal(json.loads(out)["verified"]["replay"], True, "replayed")
            return report

        report = check_all()
        # All snapshots but the one of the log's start are lost: it is enough.
        folder = os.path.join(server.data, "snapshots")
        anchor = f"{kept[0] + 64:016x}.snapshot"
        check(anchor in os.listdir(folder), os.listdir(folder))
        digest = report["stateDigest"]
        for name in os.listdir(folder):
            if name != anchor:
                os.remove(os.path.join(folder, name))
        equal(check_all()["stateDigest"], digest, "state from the start's snapshot")
        on(server, library, 33)
        check("onto a snapshot" in server.errors(), server.errors())
        equal(server.session().post(SINGLE, native(last, account=f"A{499 % 90}", device="d" * 250,
                                                   location="l" * 200)).json["duplicate"], True,
              "a known id after all")
        equal(server.stop(60), 0, "exit code")
        # Without any snapshot the log cannot be folded, and nothing is cut or guessed.
        os.remove(os.path.join(folder, anchor))
        for name in os.listdir(folder):
            os.remove(os.path.join(folder, name))
        server.launch()
        check(server.wait(60) != 0, "a start without a snapshot")
        check("a snapshot of its start or of a later place is missing" in server.errors(),
              server.errors())
        equal(segments(server)[:len(kept)], kept, "segments")
        return f"{len(before)} segments before, the log starts at {kept[0]:#x}, {total} decisions"


def hold_alerts(server):
    """Another writer in the store of alerts, which is put back to the log's first entries."""
    blocker = sqlite3.connect(os.path.join(server.data, "alerts.db"), isolation_level=None)
    blocker.execute("UPDATE cursor SET position = 64, sequence = 1 WHERE name = 'log'")
    blocker.execute("BEGIN IMMEDIATE")
    return blocker


def skipped(session):
    found = session.get("/api/v1/alerts?kind=system&limit=100").json["alerts"]
    return [alert for alert in found if alert["type"] == "alerts_skipped"]


@case("retention waits for alerts that are behind; beyond --detach-mib it goes on, and they say so")
def alerts_behind():
    with Area("retention") as area:
        library = clock(area)
        server = Server(area, options=OPTIONS)
        history(server, library)
        blocker = hold_alerts(server)
        server.options = OPTIONS + ["--retain-days", "5"]
        session = on(server, library, 31)
        seen, folder = set(), os.path.join(server.data, "snapshots")

        def looked():
            seen.update(name for name in os.listdir(folder) if name.endswith(".snapshot"))
            return len(seen) >= 7

        # Each snapshot has retention look at the log; the older of two allows it to go.
        pump(session, "some looks at the log", looked)
        equal(segments(server)[0], 0, "the log is kept for alerts")
        blocker.execute("ROLLBACK")
        blocker.close()
        wait(lambda: session.get("/api/v1/projections").json["projections"][1]["lag_bytes"] == 0,
             "alerts follow", 180)
        pump(session, "the removal of segments", lambda: segments(server)[0] > 0)
        equal(skipped(session), [], "nothing was skipped")
        server.stop(60)

        start = segments(server)[0]
        blocker = hold_alerts(server)
        blocker.execute("COMMIT")
        blocker.close()
        session = on(server, library, 33)
        alert = wait_for(lambda: skipped(session), "the alert", 180)[0]
        check(f"{start} bytes of the log, from 64 to {start + 64}," in alert["message"], f"{alert}")
        equal(alert["severity"], "critical", f"{alert}")
        server.stop(60)

        blocker = sqlite3.connect(os.path.join(server.data, "alerts.db"), isolation_level=None)
        blocker.execute("BEGIN IMMEDIATE")
        server.options = OPTIONS + ["--retain-mib", "16", "--detach-mib", "16"]
        session = on(server, library, 60)
        pump(session, "the removal without alerts", lambda: segments(server)[0] > start)
        check("the log goes on without them" in server.errors(), server.errors())
        blocker.execute("ROLLBACK")
        blocker.close()
        wait(lambda: len(skipped(session)) == 2, "the second alert", 180)
        server.stop(60)
        return alert["message"]


def wait_for(look, what, seconds=40):
    found = []
    wait(lambda: found.append(look()) or found[-1], what, seconds)
    return found[-1]


@case("a projection that falls too far behind is detached, alarmed and rebuilt")
def detached():
    with Area("detached") as area:
        library = clock(area)
        server = Server(area, options=OPTIONS)
        history(server, library)
        # The store is put back to its first entries, and held by another writer.
        database = os.path.join(server.data, "decisions.sqlite")
        blocker = sqlite3.connect(database, isolation_level=None)
        blocker.execute("UPDATE cursor SET position = 64, sequence = 1")
        blocker.execute("BEGIN IMMEDIATE")
        server.options = OPTIONS + ["--retain-days", "5", "--detach-mib", "16"]
        session = on(server, library, 31)
        pump(session, "the detachment",
             lambda: health(server)["projections"][0]["state"] == "detached")
        check("is detached" in server.errors(), server.errors())
        metrics = session.get("/metrics").body.decode()
        check('assay_projection_detached{projection="decisions"} 1' in metrics, "the metric")
        wait(lambda: segments(server)[0] > 0, "the removal of segments", 90)
        equal(session.get("/api/v1/transactions?limit=1").json.get("incomplete"), True, "incomplete")
        equal(session.post(SINGLE, native("still")).status, 200, "decisions go on")
        blocker.execute("ROLLBACK")
        blocker.close()
        server.stop(60)
        # Detached it stays, by what stands in the files.
        code, out, _ = run("projection", "list", "--data", server.data, "--json")
        equal(json.loads(out)["projections"][0]["state"], "detached", "listed by the files")
        session = on(server, library, 31)
        wait(lambda: health(server)["projections"][0]["state"] == "detached", "still detached")
        url = ["--url", f"http://127.0.0.1:{server.port}", "--key", KEY]
        code, _, problem = run("projection", "rebuild", "decisions", *url)
        equal(code, 0, f"projection rebuild ({problem})")
        wait(lambda: health(server)["projections"][0] ==
             dict(name="decisions", state="following", lag_bytes=0), "the rebuild")
        rows = session.listing()
        check("incomplete" not in session.get("/api/v1/transactions?limit=1").json, "incomplete")
        server.stop(60)
        report = verify(server.data)
        equal(len(rows), report["decisions"], "rows, and decisions that are kept")
        # Without a server, a rebuild removes the store, and the next start makes it again.
        code, _, problem = run("projection", "rebuild", "decisions", "--data", server.data)
        equal(code, 0, f"projection rebuild ({problem})")
        session = on(server, library, 31)
        equal(len(session.listing()), len(rows), "rows, made again")
        server.stop(60)
        return f"{len(rows)} rows rebuilt"
