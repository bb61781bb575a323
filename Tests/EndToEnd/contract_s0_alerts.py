"""The contract of S0's price alerts: create, delete, list, states, the scheduler and its mail."""

import re
import sqlite3
import time

from bench import Area, Server, case, check, equal
from contract_s0 import PERSON, bare, said, says
from post_office import MailServer, PriceFeed, wait


def sign_up(server, person=PERSON):
    session = bare(server)
    session.post("/auth/register", person)
    token = session.post("/auth/login", person).json["token"]

    def ask(path, body=None):
        return session.request("POST", path, body if body is not None else "",
                               {"x-access-token": token})

    return ask


def server_with(area, feed, **environment):
    server = Server(area, environment={
        "PRICE_FEED_URL": feed.url, "PRICE_FEED_SECONDS": "0.1", **environment})
    server.start()
    return server


def rows(ask, path="/alerts/fetch_all/"):
    answer = ask(path)
    equal(answer.status, 200, f"{path}: {answer}")
    # Why one cannot trigger yet depends on whether prices have been looked at.
    return [{key: row[key] for key in row if key != "note"} for row in answer.json["message"]]


CREATED = says(200, "Alert Created SuccessFully")
MISSING = says(401, "Required Details Not Entered")


@case("S0.6 POST /alerts/create: 200; missing: 401; the same while it waits: Alert Already Exists")
def create():
    with Area("contract-s0") as area, PriceFeed(fxs=1.0) as feed:
        server = server_with(area, feed)
        ask = sign_up(server)
        wanted = {"coin": "fxs", "target_price": "6.77"}
        equal(said(ask("/alerts/create", wanted)), CREATED, "create")
        equal(said(ask("/alerts/create", wanted)), says(200, "Alert Already Exists"), "again")
        equal(said(ask("/alerts/create", dict(wanted, target_price="6.78"))), CREATED, "other price")
        equal(said(ask("/alerts/create", dict(wanted, target_price=9))), CREATED, "a number")
        for body in ({}, {"coin": "fxs"}, {"target_price": "1"}, "", "{", [], "null",
                     {"coin": "", "target_price": "1"}, {"coin": "fxs", "target_price": ""},
                     {"coin": "fxs", "target_price": "dear"}, {"coin": "fxs", "target_price": "-1"},
                     {"coin": "a\r\nb", "target_price": "1"}, {"coin": 5, "target_price": "1"},
                     {"coin": "x" * 121, "target_price": "1"}):
            equal(said(ask("/alerts/create", body)), MISSING, f"{body}")
        session = bare(server)
        equal(said(session.post("/alerts/create", wanted)), says(401, "Token is Missing"), "absent")
        answer = session.request("POST", "/alerts/create", wanted, {"x-access-token": "x"})
        equal(said(answer), says(401, "Token Is Invalid!!"), "not a token")
        other = sign_up(server, {"email": "bob@example.org", "password": "a good word"})
        equal(said(other("/alerts/create", wanted)), CREATED, "somebody else's")
        equal(said(other("/alerts/delete", {"id": 1})), says(200, "Invalid Alert Id"), "delete")
        log = server.session().get("/api/v1/audit?limit=1000").json["entries"]
        noted = {(line["actor"], line["action"]) for line in log}
        check({("user:bob@example.org", "alert.create"), ("user:bob@example.org", "alert.delete")}
              <= noted, f"{noted}")


@case("a coin that the feed does not know: taken and noted before the first look, then refused")
def unknown_coins():
    with Area("contract-s0") as area, PriceFeed(fxs=1.0, btc=9.0) as feed:
        server = server_with(area, feed)
        ask = sign_up(server)

        def notes():
            return {row["coin"]: row.get("note", "") for row in
                    ask("/alerts/fetch_all").json["message"]}

        for coin in ("nosuchcoin", " fxs "):
            equal(said(ask("/alerts/create", {"coin": coin, "target_price": "5"})), CREATED, coin)
        wait(lambda: "unknown coin" in notes()["nosuchcoin"], "a note")
        equal(notes()["fxs"], "", "a known coin has none")
        for coin, nearest in (("fxss", "'fxs'"), ("BTX", "'btc'"), ("othercoin", "a Symbol")):
            answer = ask("/alerts/create", {"coin": coin, "target_price": "5"})
            equal(answer.status, 401, coin)
            check(f"Unknown Coin '{coin}'" in answer.json["message"]
                  and nearest in answer.json["message"], f"{answer.json}")
        equal(said(ask("/alerts/create", {"coin": "BTC", "target_price": "5"})), CREATED, "known")


@case("S0.7 POST /alerts/delete: soft; no id: 401; unknown and other people's: Invalid Alert Id")
def delete():
    with Area("contract-s0") as area, PriceFeed(fxs=1.0) as feed:
        server = server_with(area, feed)
        ask = sign_up(server)
        wanted = {"coin": "fxs", "target_price": "6.77"}
        ask("/alerts/create", wanted)
        id = rows(ask)[0]["id"]
        other = sign_up(server, {"email": "bob@example.org", "password": "a good word"})
        path, unknown = "/alerts/delete", says(200, "Invalid Alert Id")
        equal(said(other(path, {"id": id})), unknown, "other people's")
        equal(rows(ask)[0]["status"], "CREATED", "is still there")
        for body in ({}, "", {"id": None}, {"id": ""}):
            equal(said(ask(path, body)),
                  says(401, "Enter the Id of the Alert You Want To Delete"), f"{body}")
        for body in ({"id": 999}, {"id": "x"}, {"id": -1}, {"id": 0}):
            equal(said(ask(path, body)), unknown, f"{body}")
        gone = says(200, "Alert Deleted Successfully")
        equal(said(ask(path, {"id": str(id)})), gone, "as a text")
        equal(said(ask(path, {"id": id})), gone, "again")
        equal([row["status"] for row in rows(ask)], ["DELETED"], "it is kept")
        equal(said(ask("/alerts/create", wanted)), CREATED, "the same can be created again")


@case("S0.8, S0.9 POST /alerts/fetch_all[/][FILTER]: only the caller's, as S0's rows, with their id")
def fetch():
    with Area("contract-s0") as area, PriceFeed(fxs=1.0, btc=2.0, eth=3.0) as feed:
        server = server_with(area, feed)
        ask = sign_up(server)
        other = sign_up(server, {"email": "bob@example.org", "password": "a good word"})
        other("/alerts/create", {"coin": "fxs", "target_price": "99"})
        for coin, price in (("fxs", "6.77"), ("btc", "2.0"), ("eth", "7")):
            equal(said(ask("/alerts/create", {"coin": coin, "target_price": price})), CREATED, coin)
        wait(lambda: rows(ask, "/alerts/fetch_all/TRIGGERED"), "an exact match")
        ask("/alerts/delete", {"id": rows(ask)[2]["id"]})
        found = rows(ask)
        equal(found, rows(ask, "/alerts/fetch_all"), "with and without the slash")
        equal([(row["coin"], row["target_price"], row["status"]) for row in found],
              [("fxs", "6.77", "CREATED"), ("btc", "2.0", "TRIGGERED"), ("eth", "7", "DELETED")],
              "rows")
        equal(set(found[0]), {"coin", "created", "id", "status", "target_price", "user_id"}, "keys")
        equal({row["user_id"] for row in found}, {1}, "the caller's")
        check(re.fullmatch(r"(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d (Jan|Feb|Mar|Apr|May|Jun|Jul|Aug"
                           r"|Sep|Oct|Nov|Dec) \d{4} \d\d:\d\d:\d\d GMT", found[0]["created"]),
              found[0]["created"])
        then = time.mktime(time.strptime(found[0]["created"], "%a, %d %b %Y %H:%M:%S GMT"))
        check(abs(then - time.mktime(time.gmtime())) < 60, f"created {found[0]['created']}")
        for word, coin in (("CREATED", "fxs"), ("TRIGGERED", "btc"), ("DELETED", "eth")):
            equal([row["coin"] for row in rows(ask, f"/alerts/fetch_all/{word}")], [coin], word)
        for word in ("created", "OTHER", "x" * 200, "%00"):
            equal(rows(ask, f"/alerts/fetch_all/{word}"), [], word)


@case("S0.19, S0.20 the list comes in pages, and from memory until something changes")
def pages():
    with Area("contract-s0") as area, PriceFeed(fxs=1.0) as feed:
        server = server_with(area, feed)
        ask = sign_up(server)
        for price in range(10, 35):
            ask("/alerts/create", {"coin": "fxs", "target_price": str(price)})
        seen, cursor = [], 0
        while cursor is not None:
            answer = ask(f"/alerts/fetch_all?limit=10&cursor={cursor}").json
            seen += answer["message"]
            cursor = answer["next_cursor"]
        equal([row["target_price"] for row in seen], [str(price) for price in range(10, 35)], "all")
        page = ask("/alerts/fetch_all/CREATED?limit=10&page=3").json
        equal([row["target_price"] for row in page["message"]], ["30", "31", "32", "33", "34"],
              "the third page")
        equal(set(ask("/alerts/fetch_all/").json), {"message"}, "without paging as S0")
        for query in ("limit=0", "limit=1001", "page=0", "cursor=x"):
            equal(ask(f"/alerts/fetch_all?{query}").status, 422, query)
        def from_memory():
            text = server.session().get("/metrics").body.decode()
            return int(re.search(r"^assay_alert_lists_from_memory_total (\d+)$", text, re.M)[1])

        count = from_memory()
        equal([rows(ask) for _ in range(5)], [rows(ask)] * 5, "the same list")
        check(from_memory() >= count + 5, f"{from_memory()} after {count}")
        # No list is older than a change that was answered, nor than one that the scheduler made.
        for price in range(40, 60):
            ask("/alerts/create", {"coin": "fxs", "target_price": str(price)})
            equal(rows(ask)[-1]["target_price"], str(price), "after a creation")
            ask("/alerts/delete", {"id": rows(ask)[-1]["id"]})
            equal(rows(ask)[-1]["status"], "DELETED", "after a deletion")
        feed.prices["fxs"] = 12
        wait(lambda: rows(ask)[2]["status"] == "TRIGGERED", "the trigger in the list")


@case("S0.10, S0.12 a price alert triggers when its price is crossed or met, once, and mails its owner")
def scheduler():
    with Area("contract-s0") as area, PriceFeed(fxs=6.5, btc=100.0) as feed:
        with MailServer(area) as mail:
            server = server_with(area, feed, **mail.environment())
            ask = sign_up(server)
            equal(feed.times, [], "nothing is asked for nobody")
            for coin, price in (("FXS", "6.77"), ("fxs", "6.40"), ("fxs", "7.5"), ("btc", "100.0")):
                ask("/alerts/create", {"coin": coin, "target_price": price})
            wait(lambda: rows(ask, "/alerts/fetch_all/TRIGGERED"), "the exact match")
            feed.seen(2)
            equal([row["coin"] for row in rows(ask, "/alerts/fetch_all/TRIGGERED")], ["btc"],
                  "no price of fxs was crossed yet")
            feed.prices["fxs"] = 7.0
            found = wait(lambda: (found := rows(ask, "/alerts/fetch_all/TRIGGERED"))
                         and len(found) == 2 and found, "a price crossed upwards")
            equal([row["target_price"] for row in found], ["6.77", "100.0"], "crossed")
            feed.prices["fxs"] = 6.0
            wait(lambda: len(rows(ask, "/alerts/fetch_all/TRIGGERED")) == 3, "crossed downwards")
            feed.seen(2)
            letters = mail.wait(3)
            equal(sorted(letter.subject for letter in letters),
                  ["Price alert: FXS at 6.77", "Price alert: btc at 100.0",
                   "Price alert: fxs at 6.40"], "letters")
            equal({tuple(letter.to) for letter in letters}, {(PERSON["email"],)}, "to the owner")
            check("Target price: 6.77" in "".join(letter.text for letter in letters), "text")
            check("Send Email To a…@example.org for coin btc" in server.errors(), server.errors())
            check(PERSON["email"] not in server.errors(), "no address in the log")


@case("S0.12 the price feed fails: it is left alone for longer each time, then goes on")
def backoff():
    with Area("contract-s0") as area, PriceFeed(fxs=6.5) as feed:
        feed.status = 503
        server = server_with(area, feed)
        ask = sign_up(server)
        ask("/alerts/create", {"coin": "fxs", "target_price": "6.5"})
        wait(lambda: len(feed.times) >= 4, "attempts")
        pauses = [b - a for a, b in zip(feed.times, feed.times[1:])]
        for pause, least in zip(pauses, (0.2, 0.4, 0.8)):
            check(pause > least * 0.95, f"pauses {pauses}")
        feed.status, feed.fields = 429, {"Retry-After": "3"}
        count = len(feed.times)
        wait(lambda: len(feed.times) > count, "the answer 429")
        feed.status, feed.fields = 200, {}
        wait(lambda: rows(ask, "/alerts/fetch_all/TRIGGERED"), "the trigger in the end")
        check(feed.times[-1] - feed.times[count] > 2.9, "Retry-After is kept")


@case("S0.14 ALERT_CONSOLE prints the mailer's line; S0.15 GET /end ends the scheduler, for operators")
def console():
    with Area("contract-s0") as area, PriceFeed(fxs=6.5) as feed:
        server = server_with(area, feed, ALERT_CONSOLE="1")
        ask = sign_up(server)
        ask("/alerts/create", {"coin": "fxs", "target_price": "6.5"})
        wait(lambda: "Mail sent to a…@example.org for fxs at amount 6.5\n" in server.output(),
             "the line")
        session = bare(server)
        equal(session.get("/end").status, 401, "a page of a browser cannot")
        answer = server.session().get("/end")
        equal((answer.status, answer.body), (200, b"Process Ended"), "end")
        ask("/alerts/create", {"coin": "fxs", "target_price": "9"})
        time.sleep(0.3)
        count = len(feed.times)
        time.sleep(0.5)
        equal(len(feed.times), count, "looks at prices")
        health = server.session().get("/api/v1/notifications/health").json
        equal(health["price_scheduler"], "ended", "shown")
        equal(server.stop(), 0, "exit code")
        server.start()
        wait(lambda: len(feed.times) > count, "looks after a new start")


@case("S0.11, S0.22 alerts stand in a table of their own with a version; they survive a restart")
def tables():
    with Area("contract-s0") as area, PriceFeed(fxs=6.5) as feed:
        server = server_with(area, feed)
        ask = sign_up(server)
        ask("/alerts/create", {"coin": "fxs", "target_price": "9"})
        before = rows(ask)
        server.kill()
        server.start()
        session = bare(server)
        token = session.post("/auth/login", PERSON).json["token"]
        answer = session.request("POST", "/alerts/fetch_all", "", {"x-access-token": token})
        equal(answer.json["message"], before, "rows after kill -9")
        equal(server.stop(), 0, "exit code")
        with sqlite3.connect(area.file("data", "alerts.db")) as base:
            equal(base.execute("PRAGMA user_version").fetchone()[0] >= 1, True, "version")
            row = base.execute("SELECT coin, target, owner FROM alert").fetchone()
            equal(row, ("fxs", "9", 1), "row")
            base.execute("PRAGMA user_version = 99")
        try:
            server.start()
            check(False, "it was opened")
        except AssertionError as error:
            check("alerts.db: it has version 99" in str(error), f"{error}")
