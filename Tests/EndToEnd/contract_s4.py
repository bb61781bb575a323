"""The contract of S4, the shop's form: what its clients over HTTP and WebSocket see."""

import json
import os

from bench import Area, Server, case, check, equal
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

PATH = "/api/transaction"


def bare(server):
    """A client of this machine without a key."""
    session = server.session()
    session.key = None
    return session


def form(**more):
    return {"user_id": "u1", "amount": 12.5, "location": "Chicago", **more}


@case("S4.1 POST /api/transaction: 201 and what was sent; COMPAT_S4_STATUS=200; time is optional")
def submit():
    for status, environment in [(201, {}), (200, {"COMPAT_S4_STATUS": "200"})]:
        with Area("contract-s4") as area:
            server = Server(area, environment=environment)
            server.start()
            session = bare(server)
            answer = session.post(PATH, form(time="2026-01-01T10:00:00Z"))
            equal(answer.status, status, f"{answer}")
            equal(answer.json, {
                "status": "transaction sent to Kafka", "transaction": {
                    "amount": 12.5, "location": "Chicago", "user_id": "u1",
                    "time": "2026-01-01T10:00:00Z"}}, "body")
            equal(session.post(PATH, form(time="2026-01-01T11:00:00.250+01:00")).json[
                "transaction"]["time"], "2026-01-01T10:00:00.250000Z", "fraction and zone")
            check(session.post(PATH, form()).json["transaction"]["time"] > "2026-", "now")


@case("S4.1 what is not valid: 422 with FastAPI's detail")
def invalid():
    with Area("contract-s4") as area:
        server = Server(area)
        server.start()
        session = bare(server)
        for body, field in [
                (form(amount=0), "amount"), (form(amount=-1), "amount"),
                (form(amount="x"), "amount"), ({"user_id": "u", "amount": 1}, "location"),
                ({"amount": 1, "location": "Houston"}, "user_id"), (form(time="noon"), "time"),
                (form(time="2099-01-01T00:00:00Z"), "time")]:
            answer = session.post(PATH, body)
            equal(answer.status, 422, f"{body}: {answer}")
            equal(answer.json["detail"][0]["loc"], ["body", field], f"{body}: {answer}")
        for body in ("{", "[]", ""):
            answer = session.post(PATH, body)
            equal((answer.status, answer.json["detail"][0]["loc"]), (422, ["body"]), f"{answer}")
        equal(session.get("/api/transactions").json, [], "nothing was taken")


@case("S4.2 GET /api/transactions: a bare array of all rows")
def rows():
    with Area("contract-s4") as area:
        server = Server(area)
        server.start()
        session = bare(server)
        for number in range(3):
            session.post(PATH, form(user_id=f"u{number}", time=f"2026-01-01T10:00:0{number}Z"))
        found = session.get("/api/transactions").json
        equal([dict(row, id=0) for row in found], [
            {"id": 0, "user_id": f"u{number}", "amount": 12.5, "location": "Chicago",
             "time": f"2026-01-01T10:00:0{number}Z", "is_fraud": False} for number in range(3)],
            "rows")
        ids = [row["id"] for row in found]
        check(all(isinstance(id, int) for id in ids) and ids == sorted(set(ids)), f"ids {ids}")


@case("S4.3 /api/ws: the history one by one, then what is live; what the client says is ignored")
def live():
    with Area("contract-s4") as area:
        server = Server(area)
        server.start()
        session = bare(server)
        for number in range(3):
            session.post(PATH, form(user_id=f"u{number}"))
        with connect(f"ws://127.0.0.1:{server.port}/api/ws", close_timeout=0.5) as stream:
            stream.send("hello")
            seen = [json.loads(stream.recv(timeout=5)) for _ in range(3)]
            equal(seen, session.get("/api/transactions").json, "history")
            session.post(PATH, form(user_id="u3"))
            equal(json.loads(stream.recv(timeout=5))["user_id"], "u3", "live")


@case("S4.10 Prometheus counts the transactions and the frauds, and times the last one")
def metrics():
    with Area("contract-s4") as area:
        server = Server(area)
        os.makedirs(os.path.join(server.data, "rules"), mode=0o700)
        with open(os.path.join(server.data, "rules", "retail.assay"), "w") as file:
            file.write("rule large: when amount > 100 then decline\n")
        server.start()
        session = bare(server)
        for amount in (5, 500, 600):
            equal(session.post(PATH, form(amount=amount)).status, 201, "status")
        found = dict(line.split() for line in session.get("/metrics").body.decode().splitlines()
                     if not line.startswith("#") and "{" not in line)
        equal((found["transactions_processed_total"], found["fraudulent_transactions_total"]),
              ("3", "2"), f"{found}")
        check(0 < float(found["transaction_processing_time"]) < 5, f"{found}")
        equal([row["is_fraud"] for row in session.get("/api/transactions").json],
              [False, True, True], "what was declined is fraud")


@case("S4.4 GET /api/health and S4.5 GET /api/; they and the form are open to this machine only")
def open_paths():
    with Area("contract-s4") as area:
        server = Server(area)
        server.start()
        session = bare(server)
        equal(session.get("/api/health").json, {"status": "healthy"}, "health")
        equal(session.get("/api/").json, {"message": "Real-Time Fraud Detection API"}, "root")
        for headers in (
                {"Host": "shop.example"}, {"Host": "localhost.example:8000"}, {"Host": "localhostx"},
                {"Forwarded": "for=192.0.2.1"}, {"X-Forwarded-For": "192.0.2.1"},
                {"X-Real-IP": "192.0.2.1"}, {"Origin": "http://shop.example"}, {"Origin": "null"},
                {"Origin": "http://localhost.example"}, {"Origin": "file://localhost"}):
            answer = session.post(PATH, form(), headers)
            equal(answer.status, 401, f"{headers}: {answer}")
            answer = session.post(PATH, form(), {**headers, "X-API-Key": server.key})
            equal(answer.status, 201, f"{headers} with a key: {answer}")
        for host in ("localhost", "localhost:8000", "127.0.0.1:1", "[::1]:8000"):
            equal(session.post(PATH, form(), {"Host": host}).status, 201, host)
            answer = session.post(PATH, form(), {"Host": host, "Origin": f"http://{host}"})
            equal(answer.status, 201, f"the origin {host}")
        try:
            connect(f"ws://127.0.0.1:{server.port}/api/ws", origin="http://shop.example").close()
            raise AssertionError("a page of another site reads the history")
        except InvalidStatus as error:
            equal(error.response.status_code, 401, "status")
