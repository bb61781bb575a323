"""The contract of S2: alerts about payments of more than 500, and the list of them."""

import json
import time

from bench import Area, Server, case, check, equal
from post_office import wait


def payment(id, amount, user=7, timestamp=None):
    return {"transaction_id": id, "timestamp": timestamp or time.strftime("%Y-%m-%d %H:%M:%S",
            time.gmtime(time.time() - 60)), "user_id": user,
            "card_number": "4539578763621486", "amount": amount}


def send(session, *payments):
    answer = session.post("/api/v1/transactions?source=payment", list(payments))
    equal(answer.status, 200, f"{answer}")


def listed(session, path="/alerts"):
    answer = session.get(path)
    equal((answer.status, set(answer.json), answer.json["message"]), (200, {"values", "message"}, ""),
          f"{answer}")
    check(isinstance(answer.json["values"], str), "values is a text")
    return json.loads(answer.json["values"])


@case("S2.3, S2.5 GET /alerts without a key: payments above 500, newest first, as S2's documents")
def alerts():
    with Area("contract-s2") as area:
        server = Server(area)
        server.start()
        session = server.session()
        session.key = None
        equal(listed(session), [], "none")
        stamps = [time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(time.time() - ago))
                  for ago in (300, 100, 200, 50, 60)]
        keyed = server.session()
        send(keyed, payment(1000, 500, timestamp=stamps[0]),
             payment(1001, 500.01, user=1, timestamp=stamps[1]),
             payment(1002, 9999.99, user=100, timestamp=stamps[2]),
             payment(1003, 12.5, timestamp=stamps[3]), payment(1004, 800, timestamp=stamps[4]))
        found = wait(lambda: (rows := listed(session)) and len(rows) == 3 and rows, "three alerts")
        equal([(row["transaction_id"], row["user_id"], row["amount"], row["timestamp"])
               for row in found],
              [(1004, 7, 800, stamps[4]), (1001, 1, 500.01, stamps[1]),
               (1002, 100, 9999.99, stamps[2])], "by time, newest first")
        for row in found:
            equal(set(row), {"_id", "transaction_id", "user_id", "alert", "amount", "timestamp"},
                  "fields")
            equal(row["alert"], "Fraudulent transaction detected!", "text")
            check(len(row["_id"]["$oid"]) == 24 and int(row["_id"]["$oid"], 16) > 0, f"{row}")
        equal(len({row["_id"]["$oid"] for row in found}), 3, "ids")
        check("4539578763621486" not in json.dumps(found), "no card number")
        equal(len(listed(session, "/alerts?limit=2")), 2, "limit")
        # Several of one user are one alert of its own, and each is in the list.
        send(keyed, payment(1005, 700), payment(1006, 701))
        wait(lambda: len(listed(session)) == 5, "five")
        grouped = keyed.get("/api/v1/alerts?source=payment").json["alerts"]
        equal(sorted(alert["count"] for alert in grouped), [1, 1, 3], "grouped by user")
        answer = session.get("/alerts?limit=0")
        equal((answer.status, answer.json["values"]), (400, ""), "a failure is S2's")
        check(answer.json["message"], "with its message")
        equal(session.get("/alert").status, 404, "unknown path")
        proxied = session.request("GET", "/alerts", None, {"X-Forwarded-For": "192.0.2.1"})
        equal(proxied.status, 401, "from elsewhere only with a key")


@case("S2.6 ALERT_TTL=fraud=SECONDS is S2's profile; without it alerts are kept (K16)")
def lifetime():
    with Area("contract-s2") as area:
        server = Server(area)
        server.start()
        send(server.session(), payment(1000, 600))
        wait(lambda: listed(server.session()), "the alert")
        server.stop()
        server.environment = {"ALERT_TTL": "fraud=1"}
        server.start()
        send(server.session(), payment(1001, 600, user=8))
        wait(lambda: listed(server.session()), "the second alert")
        wait(lambda: not listed(server.session()), "the end of both", 30)
        equal(server.session().get("/api/v1/alerts").json["alerts"], [], "alerts")
        for bad in ("fraud=0", "other=5", "x"):
            server.stop()
            server.environment = {"ALERT_TTL": bad}
            try:
                server.start()
                check(False, f"ALERT_TTL={bad} is taken")
            except AssertionError as error:
                check("ALERT_TTL" in str(error), f"{error}")
