"""Activities sent to a server: windows take them, the log keeps them, replay finds the same."""

import os
import time

from bench import Area, Server, case, check, counts, equal, native, verify

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
        check("assay_request_duration_seconds_count" in metrics, metrics)
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
