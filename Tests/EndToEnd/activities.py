"""Activities sent to a server: windows take them, the log keeps them, replay finds the same."""

import json
import os
import struct
import threading
import time

from bench import Area, Server, case, check, counts, equal, journal, native, run, verify
from disk import raised, shim

SINGLE = "/api/v1/transactions"
ACTIVITIES = "/api/v1/activities"
FEATURES = """
feature logins = count() by account over 1h where activity = login
feature failed = count() by account over 1h where (activity = login and not succeeded)
feature since_renewed = time_since_last() by device over 7d where activity = new_device
"""


def activity(kind="login", succeeded=True, source="native", **more):
    if "device" not in more:
        more.setdefault("account", "A1")
    return dict(source=source, activity=kind, succeeded=succeeded, **more)


def ago(seconds):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() - seconds))


def features(session, id):
    return session.get(f"/api/v1/decisions/{id}").json["features"]


@case("a payment sees the activities before it, after a kill -9 too, and replay finds the same")
def seen():
    with Area("activities") as area:
        server = Server(area)
        os.makedirs(os.path.join(server.data, "features"), mode=0o700)
        with open(os.path.join(server.data, "features", "native.assay"), "w") as file:
            file.write(FEATURES)
        server.start()
        session = server.session()

        def pay(id, logins, failed, renewed):
            answer = session.post(SINGLE, native(id, device="D1"))
            equal(answer.status, 200, f"status of {id} ({answer})")
            found = features(session, id)
            equal((found["logins"], found["failed"]), (logins, failed), f"{id}: {found}")
            since = found["since_renewed"]
            equal(since is not None and 100 <= since < 160, renewed, f"{id}: {found}")

        pay("p1", 0, 0, False)
        answer = session.post(ACTIVITIES, activity())
        equal((answer.status, answer.json["activities"]), (200, 1), f"{answer}")
        first = answer.json["results"][0]
        equal(first["status"], "logged", f"{answer}")
        pay("p2", 1, 0, False)
        rows = session.tell([
            activity(succeeded=0, time=ago(60)), activity(account="A2"),
            activity("new_device", device="D1", time=ago(100)),
            activity("password_change", account="A1", device="D1")])
        equal([row["status"] for row in rows], ["logged"] * 4, f"{rows}")
        places = [first["position"]] + [row["position"] for row in rows]
        equal(places, sorted(set(places)), "positions")
        pay("p3", 2, 1, True)
        # Without an id, one that is sent again counts again; days late it counts from now on.
        session.tell([activity(), activity(time=ago(3 * 86400))])
        pay("p4", 4, 1, True)
        # One that lies ahead is refused alone, one that cannot be read with all beside it.
        ahead = activity(account="A1", time="2099-01-01T00:00:00Z")
        answer = session.post(ACTIVITIES, ahead)
        equal((answer.status, answer.json["error"]), (422, "invalid"), f"{answer}")
        check("future" in answer.json["message"], f"{answer}")
        answer = session.post(ACTIVITIES, {"activities": [ahead, activity(account="A3")]})
        equal((answer.status, answer.json["activities"]), (200, 1), f"{answer}")
        equal([row["status"] for row in answer.json["results"]], ["refused", "logged"], "statuses")
        answer = session.post(ACTIVITIES, {"activities": [activity(), activity("logout")]})
        equal((answer.status, answer.json["field"]), (422, "activities[1].activity"), f"{answer}")
        pay("p5", 4, 1, True)

        server.kill()
        server.start(60)
        session = server.session()
        pay("p6", 4, 1, True)
        listed = session.listing()
        equal([row["transaction_id"] for row in listed], [f"p{n}" for n in range(6, 0, -1)], "list")
        metrics = session.get("/metrics").body.decode()
        check("fraud_decision_duration_seconds_count" in metrics, metrics)
        lag = [line for line in metrics.splitlines() if line.startswith("assay_projection_lag")]
        check(lag, metrics)
        equal(verify(server.data)["decisions"], 6, "decisions, beside the server")
        equal(server.stop(), 0, "exit code")
        report = verify(server.data)
        found = counts(server.data)
        equal((found["activity"], found["transaction"]), (8, 6), f"entries ({found})")
        return f"{found['activity']} activities, {report['decisions']} decisions verified"


@case("activities need a key, and a thousand of them are one request")
def limits():
    with Area("activities") as area:
        server = Server(area)
        server.start()
        session = server.session()
        for headers in ({"X-API-Key": "wrong"}, {"X-API-Key": ""}):
            equal(session.post(ACTIVITIES, activity(), headers).status, 401, "status")
        answer = session.get(ACTIVITIES)
        equal((answer.status, answer.headers["Allow"]), (405, "POST"), f"{answer}")
        began = time.monotonic()
        rows = session.tell([activity(account=f"A{n}") for n in range(1000)])
        seconds = time.monotonic() - began
        equal(len({row["position"] for row in rows}), 1000, "positions")
        equal(server.stop(), 0, "exit code")
        equal(counts(server.data)["activity"], 1000, "activities in the log")
        verify(server.data)
        return f"1000 in {seconds * 1000:.0f} ms"


@case("an activity with an id is taken once, over a lost answer and a restart")
def retried():
    with Area("activities") as area:
        server = Server(area)
        server.start()
        session = server.session()
        named = activity(activity_id="a-1")
        first = session.post(ACTIVITIES, named).json["results"][0]
        check("duplicate" not in first, f"{first}")
        again = session.post(ACTIVITIES, named)
        equal((again.status, again.json["activities"]), (200, 1), f"{again}")
        equal(again.json["results"], [dict(first, duplicate=True)], "sent again")
        other = session.post(ACTIVITIES, dict(named, succeeded=False))
        equal((other.status, other.json["error"]), (409, "conflict"), f"{other}")
        mixed = session.tell([named, activity(activity_id="a-2")])
        equal([row.get("duplicate", False) for row in mixed], [True, False], f"{mixed}")

        key = {"Idempotency-Key": "k1"}
        batch = {"activities": [activity(), activity(), activity(account="A2")]}
        told = [session.post(ACTIVITIES, batch, key).json["results"] for _ in range(2)]
        equal(len({row["position"] for row in told[0]}), 3, f"{told[0]}")
        equal(told[1], [dict(row, duplicate=True) for row in told[0]], "a list sent again")
        answer = session.post(ACTIVITIES, activity(), {"Idempotency-Key": "a b"})
        equal((answer.status, answer.json["field"]), (422, "Idempotency-Key"), f"{answer}")

        server.kill()
        server.start(60)
        again = server.session().post(ACTIVITIES, named)
        equal(again.json["results"], [dict(first, duplicate=True)], "after a kill -9")
        equal(server.stop(), 0, "exit code")
        equal(counts(server.data)["activity"], 5, "activities in the log")
        verify(server.data)


def queued(session, size):
    return session.post(ACTIVITIES, {"activities": [activity(account="A9")] * size})


@case("activities at a full queue, a disk that stalls, and a server that stops")
def pressed():
    with Area("pressed") as area:
        flags, environment = shim(area)
        server = Server(area, environment=environment, options=["--segment-mib", "16"])
        server.start()
        equal(server.session().post(ACTIVITIES, activity()).status, 200, "status")
        answers, lock = [], threading.Lock()

        def send(size):
            began = time.monotonic()
            answer = queued(server.session(), size)
            with lock:
                answers.append((answer, size, time.monotonic() - began))

        # The first sync stalls the core thread for two seconds, the next one again; what comes
        # meanwhile waits, and beyond 16 384 items is refused, with what came in the same round.
        raised(flags, "sleep")
        threads = [threading.Thread(target=send, args=(1,))]
        threads[0].start()
        time.sleep(0.3)
        flag = raised(flags, "sleep")
        threads += [threading.Thread(target=send, args=(1000,)) for _ in range(17)]
        for thread in threads[1:]:
            thread.start()
        for thread in threads:
            thread.join()
        check(not os.path.exists(flag), "no second sync stalled")
        found = [answer.status for answer, size, _ in answers if size > 1]
        equal({answer.status for answer, size, _ in answers if size == 1}, {200}, "the first")
        waited = found.count(504)
        check(8 <= waited <= 16 and found.count(503) == 17 - waited, f"statuses {found}")
        for answer, _, seconds in answers:
            if answer.status == 200:
                continue
            check(answer.headers["Retry-After"], f"there is no Retry-After: {answer}")
            slow = answer.status == 504
            check(2.9 < seconds < 4 if slow else seconds < 1, f"{answer} after {seconds:.1f} s")
            check(("logged yet" in answer.json["message"]) == slow, f"{answer}")
        time.sleep(1.5)
        equal(server.session().post(ACTIVITIES, activity()).status, 200, "status afterwards")

        # What is under way when the server stops is answered; the log closes in order after it.
        raised(flags, "sleep")
        last = []
        thread = threading.Thread(target=lambda: last.append(queued(server.session(), 3)))
        thread.start()
        time.sleep(0.3)
        code = server.stop()
        thread.join()
        equal((code, last[0].status), (0, 200), f"exit code and answer ({server.errors()})")
        # Those that were told that it may be logged yet were, those that were refused were not.
        equal(counts(server.data)["activity"], 6 + 1000 * waited, "activities in the log")
        verify(server.data)
        return f"{waited} of 17 requests waited"


HEADER = "time,account,activity,succeeded,device\n"


def vectors(session, ids):
    return [features(session, id) for id in ids]


@case("activities backfilled from a file give the features that the same ones give when sent")
def backfilled():
    with Area("backfilled") as area:
        begin = int(time.time()) // 60 * 60 - 40_000

        def at(seconds):
            return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(begin + seconds))

        payments = [(f"p{n}", at(60 * n), f"A{n % 3}", f"D{n % 4}") for n in range(400)]
        told = [(at(37 * n), f"A{n % 3}", ("login", "new_device")[n % 5 == 0], n % 7 != 0,
                 f"D{n % 4}") for n in range(600)]
        with open(area.file("payments.csv"), "w") as file:
            file.write("transaction_id,time,account,device,amount\n")
            file.writelines(f"{id},{when},{account},{device},10\n"
                            for id, when, account, device in payments)
        with open(area.file("activities.csv"), "w") as file:
            file.write(HEADER)
            file.writelines(f"{when},{account},{kind},{int(good)},{device}\n"
                            for when, account, kind, good, device in told)
        with open(area.file("set.assay"), "w") as file:
            file.write(FEATURES)
        code, out, problem = run(
            "features", "--dialect", "native", "--data", area.file("payments.csv"), "--activities",
            area.file("activities.csv"), "--features", area.file("set.assay"), "--out",
            area.file("vectors"))
        equal(code, 0, f"features ({out}{problem})")
        with open(area.file("vectors"), "rb") as file:
            expected = list(struct.iter_unpack("<3f", file.read()))

        sent, fed = Server(area, data="sent"), Server(area, data="fed")
        for server in (sent, fed):
            os.makedirs(os.path.join(server.data, "features"), mode=0o700)
            with open(os.path.join(server.data, "features", "native.assay"), "w") as file:
                file.write(FEATURES)
        for number in range(2):
            code, out, problem = run(
                "backfill", "--data", fed.data, "--dialect", "native", "--in",
                area.file("payments.csv"), "--activities", area.file("activities.csv"), "--json")
            equal(code, 0, f"backfill ({problem})")
            report = json.loads(out)
            equal((report["activities"], report["known"]), ((600, 0), (0, 1000))[number], "report")
        entries = counts(fed.data)
        equal((entries["activity"], entries["history"]), (600, 400), f"entries ({entries})")

        sent.start()
        session = sent.session()
        rest = list(told)
        for (id, when, account, device), vector in zip(payments, expected):
            due = [row for row in rest if row[0] <= when]
            rest = rest[len(due):]
            if due:
                session.tell([activity(kind, good, account=name, device=place, time=moment)
                              for moment, name, kind, good, place in due])
            answer = session.post(SINGLE, native(id, account=account, device=device, time=when))
            equal(answer.status, 200, f"status of {id} ({answer})")
            if int(id[1:]) % 20 == 0:
                found = features(session, id)
                pairs = zip((found["logins"], found["failed"], found["since_renewed"]), vector)
                check(all(a == b or (a is None and b != b) for a, b in pairs),
                      f"{id}: {found}, {vector}")
        fed.start()
        found = []
        for server in (sent, fed):
            session = server.session()
            ids = [f"q{n}" for n in range(12)]
            for n, id in enumerate(ids):
                answer = session.post(SINGLE, native(
                    id, account=f"A{n % 3}", device=f"D{n % 4}", time=at(60 * 400 + n)))
                equal(answer.status, 200, f"status of {id} ({answer})")
            found.append(vectors(session, ids))
            equal(server.stop(), 0, "exit code")
            verify(server.data)
        equal(found[0], found[1], "features after what was sent, and after what was fed")
        check(any(row["logins"] and row["failed"] for row in found[1]), f"{found[1]}")
        return f"{len(expected)} payments, 600 activities"


@case("the label of a past payment that came too late counts, whether a file or a client gives it")
def late():
    with Area("late") as area:
        rows = [("t1", "2026-01-05", "A1", 0), ("t2", "2026-01-01", "A1", 1),
                ("t3", "2026-01-01", "A1", ""), ("t4", "2026-01-20", "A1", 0)]
        with open(area.file("payments.csv"), "w") as file:
            file.write("transaction_id,time,account,amount,fraud\n")
            file.writelines(f"{id},{day}T10:00:00Z,{account},10,{fraud}\n"
                            for id, day, account, fraud in rows)
        server = Server(area)
        os.makedirs(os.path.join(server.data, "features"), mode=0o700)
        with open(os.path.join(server.data, "features", "native.assay"), "w") as file:
            file.write("feature frauds = count() by account over 60d where fraud\n")
        code, _, problem = run("backfill", "--data", server.data, "--dialect", "native", "--in",
                               area.file("payments.csv"))
        equal(code, 0, f"backfill ({problem})")
        sizes = [len(body) for _, kind, body in journal(server.data) if kind == "history"]
        equal([size - sizes[0] for size in sizes], [0, 8, 8, 0], "bytes of past transactions")
        server.start()
        session = server.session()

        def frauds(id):
            answer = session.post(SINGLE, native(id, time="2026-01-21T10:00:00Z"))
            equal(answer.status, 200, f"status of {id} ({answer})")
            return features(session, id)["frauds"]

        equal(frauds("n1"), 1, "frauds by the file's label")
        session.label([{"transaction_id": "t3", "source": "native", "fraud": True}])
        equal(frauds("n2"), 2, "frauds by the client's label too")
        server.kill()
        server.start(60)
        session = server.session()
        equal(frauds("n3"), 2, "frauds after a kill -9")
        session.label([{"transaction_id": "t2", "source": "native", "fraud": False}])
        equal(frauds("n4"), 1, "frauds after a correction")
        equal(server.stop(), 0, "exit code")
        verify(server.data)
