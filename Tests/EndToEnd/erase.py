"""What is kept of an account is erased on demand: everywhere but in the log, for good, and replay still verifies."""

import json
import os
import time

from websockets.sync.client import connect

from alerts import all_alerts, follows
from bench import KEY, Area, Server, case, check, counts, equal, native, run, verify
from contract_s4 import form
from post_office import MailServer, wait

ERASURES = "/api/v1/erasures"
SINGLE = "/api/v1/transactions"
# A name that nothing else has, so that searching files for it says something.
GONE = "zq7-account-to-be-erased"
STAYS = "zq7-account-that-stays"
OTHER = "zq7-another-account"
ADDRESS = "holder.to.be.erased@example.net"


def payments(session):
    """Payments of three accounts by two dialects; the first raises alerts."""
    now = time.time()
    for number, account in enumerate((GONE, STAYS, OTHER) * 2):
        stamp = time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(now - 60 + number))
        answer = session.post(SINGLE + "?source=payment", {
            "transaction_id": 1000 + number, "user_id": account, "timestamp": stamp,
            "card_number": "4539578763621486", "amount": 600 if account != OTHER else 5})
        equal(answer.status, 200, f"{answer}")
    for number, account in enumerate((GONE, STAYS, GONE)):
        answer = session.post("/api/transaction", form(
            user_id=account, transaction_id=str(7000 + number)))
        equal(answer.status, 201, f"{answer}")
    answer = session.post(SINGLE + "?source=paysim", {
        "transaction_id": "p1", "step": 1, "type": "PAYMENT", "amount": 900, "nameOrig": STAYS,
        "oldbalanceOrg": 900, "newbalanceOrg": 0, "nameDest": "M1", "oldbalanceDest": 0,
        "newbalanceDest": 0})
    equal(answer.status, 200, f"{answer}")
    session.label([{"transaction_id": "1000", "source": "payment", "fraud": True},
                   {"transaction_id": "1001", "source": "payment", "fraud": True}])
    session.tell([{"source": "payment", "activity": "login", "succeeded": True, "account": GONE}])


def erase(session, source, account):
    answer = session.post(ERASURES, {"source": source, "account": account})
    equal((answer.status, answer.json["source"]), (202, source), f"{answer}")
    return answer.json["position"]


def done(session, position):
    """Waits until everything has followed an erasure."""
    wait(lambda: session.get(f"{ERASURES}/{position}").json["done"], "the erasure")


def holders(data, needle, but=("journal", "snapshots")):
    """Files of a data directory that hold some bytes; the log and what the engine keeps of it aside."""
    found = []
    for place, folders, names in os.walk(data):
        if place == data:
            folders[:] = [name for name in folders if name not in but]
        for name in names:
            path = os.path.join(place, name)
            with open(path, "rb") as file:
                if needle.encode() in file.read():
                    found.append(os.path.relpath(path, data))
    return found


def lose_store(data):
    for suffix in ("", "-wal", "-shm"):
        path = os.path.join(data, "decisions.sqlite" + suffix)
        if os.path.exists(path):
            os.remove(path)


def shown(session, path):
    answer = session.get(path)
    equal(answer.status, 200, f"{path}: {answer}")
    return answer.body.decode()


LISTS = [
    "/api/v1/transactions?limit=1000", f"/api/v1/transactions?account={GONE}",
    "/api/v1/transactions?source=payment", "/api/v1/transactions?source=retail",
    "/api/transactions", "/alerts", "/api/v1/alerts", "/api/v1/notifications/history",
    "/api/v1/ingest/transactions?source=payment", "/api/v1/ingest/export?source=payment",
    "/api/v1/ingest/export?source=retail", "/api/v1/database/transactions?source=retail",
    "/api/v1/database/predictions?source=retail", "/api/v1/analytics/transaction-patterns?source=payment",
    "/api/v1/audit", "/api/v1/quarantine",
]
BY_ID = ["/api/v1/decisions/1000?source=payment", "/api/v1/decisions/1003?source=payment",
         "/api/v1/decisions/7000", "/api/v1/decisions/7002?source=retail"]


def socket_rows(server, path):
    """What a stream sends within a moment of silence."""
    rows = []
    with connect(f"ws://127.0.0.1:{server.port}{path}", close_timeout=0.5,
                 additional_headers={"X-API-Key": KEY}) as stream:
        try:
            while True:
                rows.append(stream.recv(timeout=1.5))
        except TimeoutError:
            return rows


def is_erased(server, session):
    """Nothing shows the account, and the others are there."""
    for path in LISTS:
        check(GONE not in shown(session, path), f"{path} shows it")
    for path in BY_ID:
        equal(session.get(path).status, 404, path)
    predictions = session.get("/api/v1/database/predictions?source=retail&transaction_id=7000").json
    equal(predictions["count"], 0, "a prediction by id")
    equal(session.post("/api/v1/labels", {"labels": [
        {"transaction_id": "1000", "source": "payment", "fraud": True}]}).status, 404, "a label")
    equal(session.get("/api/v1/decisions/1001?source=payment").json["label"], "fraud", "another's")
    equal(session.get("/api/v1/decisions/7001").status, 200, "another's")
    equal({row["account"] for row in session.listing("payment")}, {STAYS, OTHER}, "payments")
    equal([row["user_id"] for row in session.get("/api/transactions").json], [STAYS], "S4's rows")
    history = socket_rows(server, "/api/ws")
    equal([json.loads(row)["user_id"] for row in history], [STAYS], "/api/ws")
    whole = socket_rows(server, "/api/v1/stream?after=64-64")
    check(whole and not [row for row in whole if GONE in row], f"resumed: {whole}")
    equal({row["transaction"]["account"] for row in all_alerts(session)}, {STAYS}, "alerts")


@case("an erased account is in no list, by-id read, export, stream, alert or file but the log's; others stay")
def whole():
    with Area("erase") as area, MailServer(area) as mail:
        server = Server(area, environment=mail.environment())
        server.start()
        session = server.session()
        holder = {"source": "payment", "account": GONE}
        for one in (holder, dict(holder, account=STAYS)):
            answer = session.request("PUT", "/api/v1/contacts", dict(one, email=ADDRESS))
            equal(answer.status, 200, f"{answer}")
        with connect(f"ws://127.0.0.1:{server.port}/api/ws", close_timeout=0.5) as stream:
            payments(session)
            stream.recv(timeout=5)
        follows(session)
        mail.wait(4)
        for path in BY_ID:
            equal(session.get(path).status, 200, path)
        equal(len(all_alerts(session)), 2, "alerts before")
        check(GONE in shown(session, "/api/v1/ingest/export?source=payment"), "an export before")
        keys = os.path.join(server.data, "keys", "subjects")
        equal(sum(len(names) for _, _, names in os.walk(keys)), 2, "keys of contacts before")
        sums = session.get("/api/v1/database/statistics?source=payment").json["statistics"]

        first = erase(session, "payment", GONE)
        second = erase(session, "retail", GONE)
        check(second > first, "positions")
        for position in (first, second):
            done(session, position)
        is_erased(server, session)
        equal(sum(len(names) for _, _, names in os.walk(keys)), 1, "keys of contacts")
        equal(session.request("DELETE", "/api/v1/contacts", holder).status, 404, "no contact")
        equal(session.request("DELETE", "/api/v1/contacts", dict(holder, account=STAYS)).status, 200,
              "another's contact")
        equal(session.get("/api/v1/database/statistics?source=payment").json["statistics"], sums,
              "sums tell nobody's name, and stay")
        equal(holders(server.data, GONE), [], "files that hold it")
        check(holders(server.data, STAYS), "the search finds what is there")
        actions = [row for row in session.get("/api/v1/audit").json["entries"]
                   if row["action"] == "account.erase"]
        equal([row["subject"].split()[0] for row in actions], ["retail", "payment"], "audited")

        # A payment that comes behind it is a new one.
        answer = session.post(SINGLE + "?source=payment", {
            "transaction_id": 2000, "user_id": GONE, "card_number": "4539578763621486",
            "amount": 700})
        equal(answer.status, 200, f"{answer}")
        equal([row["transaction_id"] for row in session.listing("payment") if row["account"] == GONE],
              ["2000"], "a new payment")
        equal(session.get("/api/v1/decisions/2000?source=payment").status, 200, "by id")
        equal(session.get("/api/v1/decisions/1000?source=payment").status, 404, "the one before")
        follows(session)
        equal({row["transaction"]["account"] for row in all_alerts(session)}, {STAYS, GONE}, "alerts")
        done(session, erase(session, "payment", GONE))
        is_erased(server, session)

        equal(server.stop(), 0, "exit code")
        equal(holders(server.data, GONE), [], "files after the stop")
        equal(counts(server.data)["erasure"], 3, "entries")
        verify(server.data)


@case("kill -9 right behind the answer, a lost store, a start from a snapshot: it stays erased")
def crash():
    with Area("erase") as area:
        server = Server(area)
        server.start()
        session = server.session()
        payments(session)
        follows(session)
        equal(len(session.listing("payment")), 6, "before")
        for source in ("payment", "retail"):
            erase(session, source, GONE)
        server.kill()
        server.start()
        session = server.session()
        follows(session)
        is_erased(server, session)
        wait(lambda: not holders(server.data, GONE), "files that hold it")
        server.kill()
        # The store is made again from the log, which has the rows and the erasure.
        lose_store(server.data)
        server.start()
        session = server.session()
        is_erased(server, session)
        equal(server.stop(), 0, "exit code")
        # A start from a snapshot knows it too: the log before the snapshot is not read again.
        code, out, problem = run("snapshot", "--data", server.data)
        equal(code, 0, f"snapshot ({problem})")
        server.start()
        check("onto a snapshot" in server.errors(), server.errors())
        session = server.session()
        is_erased(server, session)
        equal(server.stop(), 0, "exit code")
        equal(holders(server.data, GONE), [], "files that hold it")
        code, _, problem = run("explain", "1000", "--data", server.data, "--source", "payment")
        equal(code, 1, f"explain ({problem})")
        verify(server.data)


@case("`assay erase` on a running server and on a directory at rest; what it says when it cannot")
def command():
    with Area("erase") as area:
        server = Server(area)
        server.start()
        session = server.session()
        payments(session)
        follows(session)
        url = f"http://127.0.0.1:{server.port}"
        words = ("erase", "--source", "payment", "--account", GONE)
        code, out, problem = run(*words, "--url", url, "--key", KEY)
        equal(code, 0, f"erase ({problem})")
        check(out.startswith("erased what was kept of the account of 'payment' before position"), out)
        equal({row["account"] for row in session.listing("payment")}, {STAYS, OTHER}, "payments")
        equal(len(all_alerts(session)), 1, "alerts")
        for more, expected, said in (
                (("--url", url, "--key", "wrong"), 1, "401"), ((), 64, "--data or --url is missing"),
                (("--data", server.data), 1, "belongs to another running process")):
            code, _, problem = run(*words, *more)
            equal(code, expected, f"{more}: {problem}")
            check(said in problem, f"{more}: {problem}")
        code, _, problem = run("erase", "--source", "nowhere", "--account", "a", "--url", url)
        equal(code, 64, problem)
        check("--source is one of" in problem, problem)
        answer = session.request("PUT", "/api/v1/contacts", {
            "source": "retail", "account": GONE, "email": ADDRESS})
        equal(answer.status, 200, f"{answer}")
        server.kill()
        code, out, problem = run("erase", "--source", "retail", "--account", GONE, "--data", server.data)
        equal(code, 0, f"erase ({problem})")
        equal(holders(server.data, GONE), [], "files that hold it")
        keys = os.path.join(server.data, "keys", "subjects")
        equal(sum(len(names) for _, _, names in os.walk(keys)), 0, "keys of contacts")
        server.start()
        session = server.session()
        is_erased(server, session)
        lines = [line for line in session.get("/api/v1/audit").json["entries"]
                 if line["action"] == "account.erase"]
        equal([line["actor"].split(":")[0] for line in lines], ["command", "key"], "who erased")
        check(all(GONE not in str(line) for line in lines), f"{lines}")
        equal(server.stop(), 0, "exit code")
        verify(server.data)


@case("who may, and what is refused; an account that nobody knows is erased like any other")
def requests():
    with Area("erase") as area:
        server = Server(area, environment={"FRONTEND_API_KEY": "front-0123456789"})
        server.start()
        session = server.session()
        for body, status in (
                ("", 400), ("[]", 400), ({}, 422), ({"source": "payment"}, 422),
                ({"source": "payment", "account": ""}, 422), ({"source": 1, "account": "a"}, 422),
                ({"source": "payment", "account": 7}, 422),
                ({"source": "payment", "account": "a" * 257}, 422),
                ({"source": "payment", "account": "a", "more": 1}, 422),
                ({"source": "nowhere", "account": "a"}, 404), ("x" * 20000, 413)):
            equal(session.post(ERASURES, body).status, status, f"{body}"[:60])
        for position in ("x", "-1", "0", "64", "99999999999", "1" * 30):
            equal(session.get(f"{ERASURES}/{position}").status, 404, position)
        answer = session.post(ERASURES, {"source": "payment", "account": "a" * 256})
        equal(answer.status, 202, f"{answer}")
        equal({part["name"] for part in answer.json["projections"]}, {"decisions", "alerts"}, "parts")
        done(session, answer.json["position"])
        equal(session.get(f"{ERASURES}/{answer.json['position'] + 8}").status, 404, "between entries")

        # A card's number is no name to be logged: its token is.
        card = "4539578763621486"
        session.post(SINGLE, native("n1", account=card))
        equal(len(session.listing("native")), 1, "by card")
        done(session, erase(session, "native", card))
        equal(session.listing("native"), [], "erased by its number")
        equal(session.get("/api/v1/decisions/n1").status, 404, "by id")

        session.key = "front-0123456789"
        equal(session.post(ERASURES, {"source": "native", "account": "a"}).status, 403, "score, read")
        equal(session.get(f"{ERASURES}/{answer.json['position']}").status, 403, "score, read")
        session.key = None
        equal(session.post(ERASURES, {"source": "native", "account": "a"}).status, 401, "nobody")
        equal(server.stop(), 0, "exit code")
        equal(holders(server.data, card, but=()), [], "no card number anywhere")


@case("a rebuilt store has the rows, sums and labels that the store had which followed all along")
def same():
    with Area("erase") as area:
        server = Server(area)
        server.start()
        session = server.session()
        accounts = [f"erase-{number}" for number in range(12)]
        for number in range(600):
            account = accounts[number % 12]
            session.post(SINGLE, native(f"n{number}", account=account, amount=number + 1))
            if number % 7 == 0:
                session.label([{"transaction_id": f"n{number}", "source": "native",
                                "fraud": number % 2 == 0}])
            if number % 50 == 49:
                # In the middle, so that labels and payments come behind it.
                erase(session, "native", accounts[number // 50])
        position = erase(session, "native", accounts[0])
        done(session, position)

        def state():
            return (session.listing("native"),
                    session.get("/api/v1/database/statistics?source=native").json["statistics"],
                    session.get("/api/v1/analytics/quality?source=native").json["decisions"])

        before = state()
        check(100 < len(before[0]) < 300, f"{len(before[0])} rows stay")
        equal(server.stop(), 0, "exit code")
        lose_store(server.data)
        server.start()
        session = server.session()
        equal(state(), before, "rows, sums and labels")
        equal(server.stop(), 0, "exit code")
        verify(server.data)
