"""Malformed and hostile requests: each gets its error, and nothing is disturbed."""

import json
import os
import socket
import time

from bench import KEY, Area, Server, case, check, contents, equal, native, run, verify

SINGLE = "/api/v1/transactions"
CARD = SINGLE + "?source=card"
SCORE = "/api/v1/score"
LABELS = "/api/v1/labels"
ACTIVITIES = "/api/v1/activities"
HEADER = "TRANSACTION_ID,TX_DATETIME,CUSTOMER_ID,TERMINAL_ID,TX_AMOUNT,TX_FRAUD\n"
ROW = "1,2026-01-01 00:00:00,1,1,1.00,0\n"
PAYSIM = dict(
    transaction_id="p1", step=1, type="TRANSFER", amount=1, nameOrig="C1", oldbalanceOrg=1,
    newbalanceOrig=0, nameDest="C2", oldbalanceDest=0, newbalanceDest=0)
TEXT = '{"transaction_id":"x","account":"A1","amount":1%s}'


def score(**changes):
    item = {name: value for name, value in dict(PAYSIM, **changes).items() if value is not ...}
    return {"transactions": [item]}


def label(**changes):
    item = dict(transaction_id="good", source="native", fraud=True)
    item.update(changes)
    return {name: value for name, value in item.items() if value is not ...}


def activity(**changes):
    item = dict(source="native", activity="login", succeeded=True, account="A1")
    item.update(changes)
    return {name: value for name, value in item.items() if value is not ...}


# What is wrong, where it is sent, the body, the status, and what the answer must name.
REQUESTS = [
    ("an empty body", SINGLE, "", 400, "empty"),
    ("no JSON", SINGLE, "hello", 400, "malformed"),
    ("JSON that is cut off", SINGLE, TEXT[:20], 400, "malformed"),
    ("two JSON texts", SINGLE, TEXT % "" + TEXT % "", 400, "malformed"),
    ("a text as the body", SINGLE, '"a"', 422, "object"),
    ("a number as the body", SINGLE, "1", 422, "object"),
    ("null as the body", SINGLE, "null", 422, "object"),
    ("an empty object", SINGLE, "{}", 422, "account"),
    ("an array of numbers", SINGLE, "[1,2]", 422, "object"),
    ("NaN", SINGLE, '{"transaction_id":"x","account":"A1","amount":NaN}', 400, "malformed"),
    ("infinity", SINGLE, '{"transaction_id":"x","account":"A1","amount":1e400}', 400, "malformed"),
    ("a huge integer", SINGLE, TEXT % ("0" * 400), 400, "malformed"),
    ("an integer beyond 64 bits", SINGLE, TEXT % "8446744073709551616", 400, "number"),
    ("a negative amount", SINGLE, native("x", amount=-1), 422, "amount"),
    ("an amount that is too large", SINGLE, native("x", amount=1e17), 422, "amount"),
    ("an amount that is a text", SINGLE, native("x", amount="ten"), 422, "amount"),
    ("an amount that is an object", SINGLE, native("x", amount={}), 422, "amount"),
    ("an amount that is null", SINGLE, native("x", amount=None), 422, "amount"),
    ("no amount", SINGLE, dict(transaction_id="x", account="A1"), 422, "amount"),
    ("no account", SINGLE, dict(transaction_id="x", amount=1), 422, "account"),
    ("an empty account", SINGLE, native("x", account=""), 422, "account"),
    ("an account of 10 000 bytes", SINGLE, native("x", account="a" * 10_000), 422, "account"),
    ("an account that is an array", SINGLE, native("x", account=["A"]), 422, "account"),
    ("an id that is an object", SINGLE, native({"a": 1}), 422, "transaction_id"),
    ("an empty id", SINGLE, native(""), 422, "transaction_id"),
    ("an id with a line feed", SINGLE, native("a\nb"), 422, "transaction_id"),
    ("an id with NUL", SINGLE, native("a\0b"), 422, "transaction_id"),
    ("a device that is a number", SINGLE, native("x", device=5), 422, "device"),
    ("an unknown field", SINGLE, native("x", amuont=5), 422, "amuont"),
    ("a key that is given twice", SINGLE, TEXT % ',"amount":2', 422, "amount"),
    ("an id that is given twice", SINGLE, TEXT % ',"transaction_id":"y"', 422, "transaction_id"),
    ("a year 2099", SINGLE, native("x", time="2099-01-01T00:00:00Z"), 422, "future"),
    ("a year 1969", SINGLE, native("x", time="1969-12-31T23:59:59Z"), 422, "time"),
    ("the 30th of February", SINGLE, native("x", time="2026-02-30T00:00:00Z"), 422, "time"),
    ("a time that is a number", SINGLE, native("x", time=1767225600), 422, "time"),
    ("another currency", SINGLE, native("x", currency="JPY"), 422, "currency"),
    ("a verification code", SINGLE, native("x", cvv="123"), 422, "cvv"),
    ("a verification code of null", SINGLE, native("x", cvc2=None), 422, "cvc2"),
    ("a card number that is none", SINGLE, native("x", card_number="4111111111111112"), 422,
     "card_number"),
    ("a card number that is an array", SINGLE, native("x", card_number=["4111111111111111"]), 422,
     "card_number"),
    ("bad UTF-8", SINGLE, b'{"transaction_id":"\xff\xfe","account":"A","amount":1}', 400,
     "malformed"),
    ("an overlong UTF-8 sequence", SINGLE, b'{"transaction_id":"\xc0\xaf","account":"A"}', 400,
     "malformed"),
    ("half a surrogate pair", SINGLE, r'{"transaction_id":"\ud800","account":"A","amount":1}', 400,
     "malformed"),
    ("a hundred levels of arrays", SINGLE, "[" * 100 + "]" * 100, 400, "malformed"),
    ("a million open brackets", SINGLE, "[" * 1_000_000, 400, "malformed"),
    ("a deep object as a field", SINGLE, TEXT % (',"x":' + '{"a":' * 50 + "1" + "}" * 50), 400,
     "malformed"),
    ("an empty array", SINGLE, "[]", 400, "1 to 1000"),
    ("1001 items", SINGLE, [native(f"x{n}") for n in range(1001)], 413, "1000"),
    ("a source that is not there", SINGLE + "?source=nobody", native("x"), 422, "source"),
    ("a source of the body that is not the request's", SINGLE, native("x", source="card"), 422, "source"),
    ("no terminal in a card payment", CARD, native("x"), 422, "counterparty"),
    ("a score without its array", SCORE, PAYSIM, 400, "transactions"),
    ("a score whose array is an object", SCORE, {"transactions": {}}, 400, "transactions"),
    ("a score of nothing", SCORE, {"transactions": []}, 400, "1 to 1000"),
    ("a score of 1001 items", SCORE, {"transactions": [PAYSIM] * 1001}, 400, "1 to 1000"),
    ("a label without an id", LABELS, label(transaction_id=...), 422, "transaction_id"),
    ("a label without a verdict", LABELS, label(fraud=...), 422, "fraud"),
    ("a label whose verdict is a text", LABELS, label(fraud="yes"), 422, "fraud"),
    ("a label whose verdict is 2", LABELS, label(fraud=2), 422, "fraud"),
    ("a label with an unknown field", LABELS, label(frued=True), 422, "frued"),
    ("a label with two verdicts", LABELS,
     '{"transaction_id":"good","source":"native","fraud":true,"fraud":false}', 422, "fraud"),
    ("a label of another source", LABELS, label(source="card"), 404, "good"),
    ("a label of an unknown source", LABELS, label(source="nobody"), 404, "good"),
    ("an array as labels", LABELS, [label()], 422, "object"),
    ("no labels", LABELS, {"labels": []}, 400, "1 to 1000"),
    ("1001 labels", LABELS, {"labels": [label()] * 1001}, 413, "1000"),
    ("a label with entities and no time", LABELS, label(account="A1", amount=5), 422, "time"),
    ("a label with entities and no amount", LABELS, label(account="A1"), 422, "amount"),
    ("a label with a negative amount", LABELS,
     label(account="A1", amount=-5, time="2026-01-01T00:00:00Z"), 422, "amount"),
    ("a label with a control character", LABELS,
     label(account="A\n1", amount=5, time="2026-01-01T00:00:00Z"), 422, "account"),
    ("an empty body as an activity", ACTIVITIES, "", 400, "malformed"),
    ("an array as activities", ACTIVITIES, [activity()], 422, "object"),
    ("no activities", ACTIVITIES, {"activities": []}, 400, "1 to 1000"),
    ("1001 activities", ACTIVITIES, {"activities": [activity()] * 1001}, 413, "1000"),
    ("a number among activities", ACTIVITIES, {"activities": [activity(), 1]}, 422,
     "activities[1]"),
    ("an activity of an unknown kind", ACTIVITIES, activity(activity="logout"), 422, "new_payee"),
    ("an activity without a source", ACTIVITIES, activity(source=...), 422, "source"),
    ("an activity without success", ACTIVITIES, activity(succeeded=...), 422, "succeeded"),
    ("an activity of nobody", ACTIVITIES, activity(account=...), 422, "account"),
    ("an activity with an unknown field", ACTIVITIES, activity(acount="A"), 422, "acount"),
    ("an activity with a control character", ACTIVITIES, activity(device="D\n1"), 422, "device"),
    ("an activity whose time is none", ACTIVITIES, activity(time="noon"), 422, "time"),
    ("an activity of 2099", ACTIVITIES, activity(time="2099-01-01T00:00:00Z"), 422, "future"),
    ("activities of 2 MB", ACTIVITIES, '{"activities":[' + " " * 2_000_000 + "]}", 413, "1 MiB"),
    ("labels of 2 MB", LABELS, '{"labels":[' + " " * 2_000_000 + "]}", 413, "1 MiB"),
]

# One bad item in a batch: what is wrong, the item, what its error must name.
ITEMS = [
    ("an unknown type", dict(type="GIFT"), "type"),
    ("no type", dict(type=...), "type"),
    ("a step of -1", dict(step=-1), "step"),
    ("a step that is a fraction", dict(step=1.5), "step"),
    ("a step beyond all", dict(step=10**9), "step"),
    ("a balance that is a text", dict(oldbalanceOrg="1"), "oldbalanceOrg"),
    ("no receiver", dict(nameDest=...), "nameDest"),
    ("a negative amount", dict(amount=-0.01), "amount"),
    ("a verification code", dict(cvv="123"), "cvv"),
]

# Requests as bytes: what is wrong, the bytes, the status.
HEAD = f"POST {SINGLE} HTTP/1.1\r\nHost: x\r\nX-API-Key: {KEY}\r\n"
GET = "GET /health HTTP/1.1\r\n"
BODY = '{"transaction_id":"smuggled","account":"A1","amount":1}'
SIZED = f"Content-Length: {len(BODY)}\r\n"
CHUNKED = "Transfer-Encoding: chunked\r\n"
RAW = [
    ("garbage", "\x16\x03\x01\x02\x00\x01\x00\x01\r\n\r\n", 400),
    ("length and chunks", HEAD + SIZED + CHUNKED + "\r\n0\r\n\r\n" + HEAD + SIZED + "\r\n" + BODY,
     400),
    ("two lengths", HEAD + SIZED + "Content-Length: 3\r\n\r\n" + BODY, 400),
    ("a length of +5", HEAD + "Content-Length: +5\r\n\r\n" + BODY, 400),
    ("a negative length", HEAD + "Content-Length: -1\r\n\r\n" + BODY, 400),
    ("a length beyond 64 bits", HEAD + "Content-Length: " + "9" * 30 + "\r\n\r\n" + BODY, 400),
    ("a gigabyte announced", HEAD + "Content-Length: 1000000000\r\n\r\n" + BODY, 413),
    ("a blank before the colon", HEAD + SIZED.replace(":", " :") + "\r\n" + BODY, 400),
    ("a folded field", HEAD + "X-A: 1\r\n 2\r\n" + SIZED + "\r\n" + BODY, 400),
    ("bare line feeds", (HEAD + SIZED + "\r\n").replace("\r\n", "\n") + BODY, 400),
    ("chunks of 0x10 bytes", HEAD + CHUNKED + "\r\n0x10\r\n", 400),
    ("a chunk that does not end", HEAD + CHUNKED + "\r\n4\r\nabcdX\r\n0\r\n\r\n", 400),
    ("an unknown encoding", HEAD + "Transfer-Encoding: gzip\r\n\r\n" + BODY, 400),
    ("no host", GET + "\r\n", 400),
    ("two hosts", GET + "Host: x\r\nHost: y\r\n\r\n", 400),
    ("a head of 100 KB", GET + "Host: x\r\nX-A: " + "a" * 100_000 + "\r\n\r\n", 431),
    ("a thousand fields", GET + "Host: x\r\n" + "X-A: 1\r\n" * 1000 + "\r\n", 431),
    ("a target of 10 KB", "GET /" + "a" * 10_000 + " HTTP/1.1\r\nHost: x\r\n\r\n", 414),
    ("HTTP/9", "GET /health HTTP/9.0\r\nHost: x\r\n\r\n", 505),
    ("HTTP/2 by surprise", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400),
    ("NUL in a field", GET + "Host: x\r\nX-A: a\0b\r\n\r\n", 400),
    ("an unknown path", "GET /nowhere HTTP/1.1\r\nHost: x\r\n\r\n", 404),
    ("a path upwards", "GET /../../etc/passwd HTTP/1.1\r\nHost: x\r\n\r\n", 404),
    ("another method", "DELETE /health HTTP/1.1\r\nHost: x\r\n\r\n", 405),
]

QUERIES = [
    ("?limit=0", "limit"), ("?limit=1001", "limit"), ("?limit=x", "limit"), ("?limit=-1", "limit"),
    ("?cursor=x", "cursor"), ("?outcome=maybe", "outcome"), ("?min_score=nan", "min_score"),
    ("?min_score=2", "min_score"), ("?source=nobody", "source"),
]


class Table:
    """Tries rows and collects what is wrong with all of them."""

    def __init__(self):
        self.problems = []
        self.rows = 0

    def expect(self, name, answer, status, word):
        self.rows += 1
        if answer.status != status or word.lower() not in answer.body.decode().lower():
            self.problems.append(f"{name}: {answer}, expected {status} naming {word!r}")

    def close(self):
        check(not self.problems, "\n  " + "\n  ".join(self.problems))


def prepared(area):
    server = Server(area)
    server.start()
    session = server.session()
    for number in range(5):
        answer = session.post(SINGLE, native(f"good{number or ''}", amount=number + 1))
        equal(answer.status, 200, "status of a good transaction")
    equal(session.post(LABELS, label()).status, 200, "status of a good label")
    return server, session


def undisturbed(server, rows=5, labels=1, own=5):
    """The server answers, has stored nothing more, and its log replays."""
    session = server.session()
    equal(len(session.listing()), rows, "stored decisions")
    known = session.post(SINGLE, native("good1", amount=2))
    equal((known.status, known.json.get("duplicate")), (200, True), "a known transaction")
    report = verify(server.data)
    equal((report["decisions"], report["labels"]), (rows, labels), "decisions and labels logged")
    last = session.post(SINGLE, native("after"))
    equal(last.status, 200, "a good transaction afterwards")
    features = session.get("/api/v1/decisions/after").json["features"]
    equal(features["account_count_30d"], own + 1, "the account's payments in 30 days")
    equal(server.stop(), 0, "exit code")
    verify(server.data)


@case("malformed transactions, scores and labels get their status and the field's name")
def requests():
    with Area("requests") as area:
        server, session = prepared(area)
        table = Table()
        for name, path, body, status, word in REQUESTS:
            table.expect(name, session.post(path, body), status, word)
        for query, word in QUERIES:
            table.expect(query, session.get(SINGLE + query), 422, word)
        for path in ("%ff", "a%00b", "x" * 3000, "%2e%2e%2f"):
            table.expect(path[:20], session.get("/api/v1/decisions/" + path), 404, "not found")
        table.close()
        undisturbed(server)
        return f"{table.rows} requests"


@case("bad items in a batch get their own errors, beside good ones")
def items():
    with Area("items") as area:
        server, session = prepared(area)
        table, stored = Table(), 0
        for name, changes, word in ITEMS:
            body = score(**changes)
            good = dict(PAYSIM, transaction_id=f"fine{stored}")
            body["transactions"].append(good)
            stored += 1
            answer = session.post(SCORE, body)
            table.expect(name, answer, 200, word)
            bad, fine = answer.json["results"]
            equal((bad["error"], bad["risk"]), ("Invalid transaction data", None), name)
            check(0 <= fine["risk"] <= 1, f"{name}: the good item got {fine}")
        lines = [b'{"transaction_id":"l1","account":"B","amount":1}', b"{oops", b"", b"[]", b"\xff",
                 b'{"transaction_id":"l2","account":"B","amount":2}',
                 b'{"transaction_id":"l1","account":"B","amount":3}']
        results = session.lines("native", lines)
        equal([row.get("error") for row in results],
              [None, "malformed", "invalid", "malformed", None, "conflict"], "errors of lines")
        headers = {"Content-Type": "application/x-ndjson"}
        nothing = session.post(SINGLE, b"\n\n \n", headers)
        table.expect("lines of nothing", nothing, 400, "1 to 1000")
        many = b"\n".join(json.dumps(native(f"x{n}")).encode() for n in range(1001))
        table.expect("1001 lines", session.post(SINGLE, many, headers), 413, "1 to 1000")
        one = session.post(SINGLE, b"{oops", headers)
        table.expect("one bad line", one, 200, "malformed")
        table.close()
        undisturbed(server, rows=5 + stored + 2)
        return f"{table.rows} requests"


@case("hostile bytes are refused, and the connection ends")
def hostile():
    with Area("hostile") as area:
        server, session = prepared(area)
        table = Table()
        for name, text, status in RAW:
            table.rows += 1
            answer = server.raw(text.encode("latin-1"))
            if answer[:12] != f"HTTP/1.1 {status}".encode() or answer.count(b"\r\nDate: ") != 1:
                table.problems.append(f"{name}: {answer[:200]!r}, expected {status} once")
        table.close()
        undisturbed(server)
        return f"{table.rows} requests"


@case("a slow sender and a hundred idle ones keep nobody waiting")
def slow():
    with Area("slow") as area:
        server, session = prepared(area)
        idle = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(100)]
        drips = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(20)]
        for drip in drips:
            drip.sendall((HEAD + "Content-Length: 1000000\r\n\r\n").encode())
        longest = 0
        for number in range(100):
            for drip in drips:
                drip.send(b" ")
            began = time.monotonic()
            equal(session.post(SINGLE, native("good1", amount=2)).status, 200, "status")
            longest = max(longest, time.monotonic() - began)
        for connection in idle + drips:
            connection.close()
        check(longest < 0.5, f"an answer took {longest:.2f} s")
        undisturbed(server)
        return f"slowest answer {longest * 1000:.0f} ms"


@case("card numbers leave no trace in the data directory")
def cards():
    with Area("cards") as area:
        server = Server(area, options=["--snapshot-mib", "1"])
        server.start()
        session = server.session()
        number, spaced, hyphens = "4111111111111111", "4111 1111 1111 1111", "4111-1111-1111-1111"
        other = "5500005555555559"
        sent = [
            native("c1", account=number), native("c2", account=spaced),
            native("c3", account=hyphens), native("c4", account=int(number)),
            native("c5", counterparty=number), native("c6", counterparty=int(number)),
            native("c7", counterparty=spaced), native("c9", account=other, counterparty=number),
            dict(transaction_id="c8", card_number=number, amount=1),
            dict(transaction_id="c10", card_number=spaced, amount=1),
            dict(transaction_id="c13", card_number=int(number), amount=1),
        ]
        for item in sent:
            answer = session.post(SINGLE, item)
            equal(answer.status, 200, f"{item} ({answer})")
        same = {session.get(f"/api/v1/decisions/{id}").json["transaction"]["account"]
                for id in ("c1", "c2", "c3", "c4", "c8", "c10", "c13")}
        equal(len(same), 1, f"tokens of one card ({same})")
        check(same.pop().endswith(":411111:1111"), "a token shows the first six and last four")
        refused = [
            native("c11", card_number=number[:-1] + "2"), native("c12", cvv="987", account=number)]
        for item in refused:
            equal(session.post(SINGLE, item).status, 422, f"{item}")
        answer = session.post(SCORE, score(nameOrig=number, nameDest=other))
        check("risk" in answer.json["results"][0], f"{answer}")
        answer = session.post(LABELS, label(
            transaction_id="c90", account=number, counterparty=spaced, amount=5,
            time="2026-01-01T00:00:00Z"))
        equal(answer.status, 200, f"a label with entities ({answer})")
        equal(session.post(LABELS, label(transaction_id=number)).status, 422, "a label of a card")
        session.tell([activity(account=name) for name in (number, spaced, hyphens, int(other))])
        session.tell([activity(account=..., device=other)])
        file = area.file("cards.csv")
        with open(file, "w", encoding="utf-8") as text:
            text.write(HEADER + ROW.replace(":00,1,1,", f":00,{number},{spaced},"))
        session.listing()
        run("snapshot", "--data", server.data)
        equal(server.stop(), 0, "exit code")
        code, _, problem = run("backfill", "--data", server.data, "--in", file)
        equal(code, 0, f"backfill ({problem})")
        run("snapshot", "--data", server.data)
        searched = 0
        needles = [text.encode() for text in (number, spaced, hyphens, other)]
        needles += [int(number).to_bytes(8, "little"), int(other).to_bytes(8, "little")]
        for name, content in contents(area.path):
            if name == "cards.csv":
                continue
            searched += len(content)
            for needle in needles:
                check(needle not in content, f"{name} holds {needle!r}")
        check(os.listdir(os.path.join(server.data, "snapshots")), "there is no snapshot")
        verify(server.data)
        return f"{searched >> 20} MiB searched"
