"""Card numbers and verification codes, in every form, by every door: nowhere are they kept in clear."""

import gzip
import json
import os
import re
import time
import urllib.parse

from bench import Area, Server, case, check, equal, native, run

# Published for tests; one of each length.
NUMBERS = ["4012888888881881", "378282246310005", "30569309025904", "4222222222222",
           "6799990100000000019", "3530111333300000", "5555555555554444"]
CODE = "code83179"
SINGLE = "/api/v1/transactions"


def groups(number, separator):
    return separator.join(number[i:i + 4] for i in range(0, len(number), 4))


def script(number, zero):
    return "".join(chr(zero + int(digit)) for digit in number)


def spellings(number):
    """The forms in which a number travels."""
    separators = " -._/|,:" + "\u00a0\u2009\u200b\u2060\u2013\u2212\u00b7"
    return ([number] + [groups(number, s) for s in separators]
            + [script(number, zero) for zero in (0xFF10, 0x660, 0x6F0, 0x966)]
            + [f";{number}=29121010000012345678?", f"%B{number}^DOE/JOHN^29121010000?",
               f"{number}=2912", f"card {number}", f"card {groups(number, ' ')}", f"'{number}",
               f"000{number}" if len(number) == 16 else number])


def forms():
    """Each number once plainly, the first in all forms."""
    return spellings(NUMBERS[0]) + [form for number in NUMBERS[1:] for form in (
        number, groups(number, "."), f";{number}=2912?")]


def digits(text):
    """A text's digits alone, whatever their script, as a search sees it."""
    return "".join(str(int(c)) if c.isdecimal() else c if c.isalnum() or c in "=^*" else ""
                   for c in text)


def clean(data, place):
    """Fails where bytes hold a number in any form, or the code beside its name."""
    for number in NUMBERS:
        for form in spellings(number):
            check(form.encode() not in data, f"{place} holds '{form}'")
            escaped = json.dumps(form)[1:-1].encode()
            check(escaped not in data, f"{place} holds '{escaped.decode()}'")
    check(CODE.encode() not in data, f"{place} holds the code")


def search(server, area):
    """Every file of the server, and everything that lists and exports show."""
    session = server.session()
    for folder, _, names in os.walk(area.path):
        for name in names:
            if name.startswith("sent-"):
                continue
            path = os.path.join(folder, name)
            try:
                with open(path, "rb") as file:
                    clean(file.read(), path)
            except FileNotFoundError:
                pass  # It was of the moment.
    paths = session.get("/openapi.json").json["paths"]
    read = 0
    for path, item in sorted(paths.items()):
        if "get" not in item or "{" in path or "stream" in path or path.endswith("/ws"):
            continue
        if path in ("/end", "/ws"):
            continue
        for source in ("native", "paysim", "card", "payment", "crypto", "retail"):
            answer = session.get(f"{path}?source={source}")
            if answer.status == 200:
                clean(answer.body, path)
                read += 1
    return read


def refused(answer, field=None, statuses=(422,)):
    check(answer.status in statuses, f"{answer}")
    clean(answer.body, "the answer")
    if field:
        check(field in answer.body.decode(), f"{field}: {answer}")


def item(dialect, number):
    """A right transaction of a dialect, and the names of its texts."""
    return {
        "native": (dict(transaction_id=f"n{number}", account="A", counterparty="B", amount=5),
                   ["account", "counterparty", "device", "location", "channel"]),
        "card": (dict(transaction_id=f"c{number}", account="A", counterparty="B", amount=5),
                 ["account", "counterparty", "category"]),
        "paysim": (dict(transaction_id=f"p{number}", step=1, type="PAYMENT", amount=5,
                        nameOrig="C1", nameDest="M1", oldbalanceOrg=1, newbalanceOrig=1,
                        oldbalanceDest=1, newbalanceDest=1), ["nameOrig", "nameDest"]),
        "retail": (dict(user_id="u1", transaction_id=f"r{number}", amount=5, currency="USD",
                        location="Paris"), ["user_id", "location"]),
    }[dialect]


@case("names of transactions become the plain number's token; ids, keys and codes are refused")
def transactions():
    with Area("cards") as area:
        server = Server(area, environment={"ACCESS_LOG": "all"})
        server.start()
        session = server.session()
        number, sent = 0, 0
        tokens = {}
        for form in forms():
            for dialect in ("native", "card", "paysim", "retail"):
                _, texts = item(dialect, 0)
                for name in texts:
                    number += 1
                    body, _ = item(dialect, number)
                    body[name] = form
                    path = SINGLE + f"?source={dialect}"
                    answer = session.post(path, body)
                    check(answer.status in (200, 422), f"{dialect} {name} {form!r}: {answer}")
                    clean(answer.body, f"{dialect} {name} {form!r}")
                    sent += answer.status == 200
                    if dialect == "native" and name == "account":
                        equal(answer.status, 200, f"{answer}")
                        plain = digits(form)
                        found = next(n for n in NUMBERS if n in plain)
                        shown = session.get(f"/api/v1/decisions/n{number}?source=native").json
                        account = shown["transaction"]["account"] if "transaction" in shown \
                            else shown["account"]
                        if not form.startswith("000"):
                            equal(tokens.setdefault(found, account), account, f"{form!r}")
            for id in (form, f"order {form}"):
                body = native(id)
                refused(session.post(SINGLE, body), "transaction_id")
                refused(session.post("/api/v1/score?source=native", {"transactions": [body]}), None,
                        (200,))
                refused(session.post(SINGLE, [body, native(f"ok{number}")]), None, (200,))
                refused(session.post("/api/v1/ingest/ingest?source=native", body), "transaction_id",
                        (400, 422))
                refused(session.post("/api/v1/database/transactions?source=native", body), None,
                        (400, 422))
                line = json.dumps(body).encode()
                answer = session.post(SINGLE, line + b"\n",
                                      {"Content-Type": "application/x-ndjson"})
                refused(answer, None, (200,))
                refused(session.post("/api/v1/labels", {"transaction_id": id, "fraud": True}),
                        "transaction_id")
                refused(session.post("/api/v1/labels", dict(
                    transaction_id=id, fraud=True, source="native", account="A", amount=1,
                    time="2026-01-01T00:00:00Z")), "transaction_id")
                refused(session.post("/api/v1/activities", dict(
                    source="native", activity="login", succeeded=True, account="A",
                    activity_id=id)), None, (200, 422))
            if form.isascii() and " " not in form:
                bare = dict(account="A", amount=5)
                refused(session.post(SINGLE, bare, {"Idempotency-Key": form}), "Idempotency-Key")
                if re.fullmatch("[0-9A-Za-z._-]+", form):
                    answer = session.post(SINGLE, bare, {"X-Request-ID": form})
                    check("*" in answer.headers["X-Request-ID"], f"{answer.headers}")
            session.get(SINGLE + "?account=" + urllib.parse.quote(form))
            session.get("/api/v1/decisions/" + urllib.parse.quote(form, safe=""))
            for device in ("account", "device"):
                answer = session.post("/api/v1/activities", dict(
                    source="native", activity="login", succeeded=True, **{device: form}))
                equal(answer.status, 200, f"{answer}")
        for name in ("cvv", "CVV2", "cardCvc", "security-code", "card_verification_value"):
            for dialect in ("native", "card", "paysim", "retail", "payment"):
                for place in ("a", "z"):
                    body = {name: CODE} if place == "a" else {}
                    body.update(item(dialect, 0)[0] if dialect != "payment" else dict(
                        transaction_id=1, user_id="u", amount=5, card_number=NUMBERS[0]))
                    body[name] = CODE
                    answer = session.post(SINGLE + f"?source={dialect}", body)
                    refused(answer, name)
                    equal(answer.json["error"], "forbidden", f"{answer}")
        read = search(server, area)
        equal(server.stop(), 0, "exit code")
        clean(server.errors().encode() + server.output().encode(), "the log")
        return f"{sent} transactions, {read} lists"


@case("texts that people write: names, emails, alerts, notes and files' names are refused")
def texts():
    with Area("texts") as area:
        server = Server(area)
        server.start()
        session = server.session()
        for form in forms():
            for path, body, field in (
                ("/api/v1/keys", {"name": form, "scopes": ["read"]}, "name"),
                ("/api/v1/users", {"email": form + "@example.org", "password": "long enough",
                                   "role": "viewer"}, "email"),
                ("/api/v1/login", {"email": form, "password": "x" * 9}, "email"),
                ("/auth/login", {"email": form, "password": "x" * 9}, None),
                ("/auth/register", {"email": form + "@example.org", "password": "x" * 9}, None),
                ("/api/v1/notifications/system-alert",
                 {"alert_type": "x", "message": "see " + form, "severity": "low"}, "message"),
                ("/api/v1/notifications/system-alert",
                 {"alert_type": form, "message": "m", "details": {"a": [form]}}, None),
                ("/api/v1/notifications/system-alert",
                 {"alert_type": "x", "message": "m", "details": {"CVV": CODE}}, "CVV"),
                ("/api/v1/notifications/fraud-alert", {"risk_score": .9, "transaction": {
                    "transaction_id": "t", "nameOrig": form}}, "nameOrig"),
                ("/api/v1/notifications/fraud-alert", {"risk_score": .9, "transaction": {
                    "transaction_id": form, "amount": 5}}, "transaction_id"),
                ("/api/v1/notifications/subscribers", {"email": form + "@example.org"}, None),
                ("/api/v1/webhooks", {"url": f"https://example.org/{form}"}, None),
                ("/api/v1/batch/jobs", {"job_type": "process_csv",
                                        "data": {"file_path": form + ".csv"}}, None),
            ):
                answer = session.post(path, body)
                check(400 <= answer.status < 500, f"{path} {form!r}: {answer}")
                clean(answer.body, path)
                if field:
                    check(answer.status == 422 and field in answer.body.decode(), f"{path}: {answer}")
            head = {"Content-Type": "text/csv"}
            name = urllib.parse.quote(form)
            answer = session.post(f"/api/v1/batch/uploads?source=card&name={name}", b"x", head)
            refused(answer, "name")
            answer = session.request("PUT", "/api/v1/contacts", {
                "source": "card", "account": form, "email": "ann@example.org"})
            clean(answer.body, "contacts")
            answer = session.post("/api/v1/erasures", {"source": "card", "account": form})
            equal(answer.status, 202, f"{answer}")
        for words in (("users", "add", NUMBERS[0] + "@example.org", "--role", "viewer"),
                      ("keys", "issue", "--name", "till " + NUMBERS[0], "--scopes", "read")):
            code, out, problem = run(*words, "--data", server.data)
            check(code != 0, f"{words}: {out}")
            clean((out + problem).encode(), words[0])
        read = search(server, area)
        equal(server.stop(), 0, "exit code")
        clean(server.errors().encode() + server.output().encode(), "the log")
        return f"{read} lists"


HEAD = "TRANSACTION_ID,TX_DATETIME,CUSTOMER_ID,TERMINAL_ID,TX_AMOUNT"


def finished(session, answer):
    """The job of an answer, when it has ended."""
    id = answer.json.get("job_id") or answer.json["id"]
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        job = session.get(f"/api/v1/batch/jobs/{id}").json
        if job["status"] in ("completed", "failed", "cancelled"):
            return id, job
        time.sleep(0.05)
    raise AssertionError(f"job {id} does not end: {job}")


@case("files of jobs lie sealed until their job ends, and then not at all; results name no number")
def jobs():
    with Area("jobs") as area:
        server = Server(area)
        server.start()
        session = server.session()
        stamp = time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime())
        everything = forms()
        table = HEAD + "\n" + "".join(
            f"f{n},{stamp},\"{form}\",B,5\n\"{form}\",{stamp},A,B,5\ng{n},\"{form}\",A,B,5\n"
            for n, form in enumerate(everything))
        lines = "".join(json.dumps(body) + "\n" for n, form in enumerate(everything) for body in (
            native(f"l{n}", account=form, counterparty="B"), native(form), native(f"m{n}", cvv=CODE),
            {form: 1}, native(f"k{n}", amount=form)))
        answer = session.post("/api/v1/batch/preview?source=card", table.encode(),
                              {"Content-Type": "text/csv"})
        equal(answer.status, 200, f"{answer}")
        clean(answer.body, "the preview")
        counts = []
        for query, body, type in (
            ("source=card&mode=ingest&format=csv", table.encode(), "text/csv"),
            ("source=card&mode=score&format=csv", gzip.compress(table.encode()), "text/csv"),
            ("source=native&mode=ingest&format=ndjson", lines.encode(), "application/x-ndjson"),
            ("source=native&mode=score&format=ndjson", gzip.compress(lines.encode()),
             "application/x-ndjson"),
        ):
            answer = session.post("/api/v1/batch/uploads?" + query, body, {"Content-Type": type})
            equal(answer.status, 201, f"{answer}")
            folder = area.file("data", "batch")
            for name in os.listdir(folder):
                path = os.path.join(folder, name, "input")
                try:
                    with open(path, "rb") as file:
                        clean(file.read(), path)
                except FileNotFoundError:
                    pass  # The job has ended.
            id, job = finished(session, answer)
            equal(job["status"], "completed", f"{job}")
            for file in ("results", "errors"):
                clean(session.get(f"/api/v1/batch/jobs/{id}/{file}").body, file)
            counts.append(session.get(f"/api/v1/batch/jobs/{id}/errors").body.count(b"card number"))
        check(min(counts) >= len(everything), f"{counts}")
        answer = session.post("/api/v1/batch/jobs?source=native", {
            "job_type": "process_transactions", "data": {"transactions": [
                native(f"j{n}", account=form) for n, form in enumerate(everything)] + [
                native("cvv", cvv=CODE), native(NUMBERS[0])]}})
        equal(answer.status, 201, f"{answer}")
        finished(session, answer)
        cut = f"{HEAD},CVV\n1,{stamp},A,B,5,{CODE}\n".encode()
        refused(session.post("/api/v1/batch/uploads?source=card&format=csv", cut,
                             {"Content-Type": "text/csv"}), "CVV")
        deadline = time.monotonic() + 10
        while left := [name for name in os.listdir(area.file("data", "batch")) if os.path.exists(
                area.file("data", "batch", name, "input"))]:
            check(time.monotonic() < deadline, f"inputs stay: {left}")
            time.sleep(0.05)
        read = search(server, area)
        equal(server.stop(), 0, "exit code")
        clean(server.errors().encode() + server.output().encode(), "the log")
        return f"errors {counts}, {read} lists"


@case("backfill and activities' files: tokens, and ids refused; a source may say that its ids are numbers")
def commands():
    with Area("backfill") as area:
        data = area.file("data")
        good = area.file("sent-good.csv")
        with open(good, "w", encoding="utf-8") as file:
            file.write(HEAD + "\n" + "".join(
                f"b{n},2026-01-01 00:00:{n % 60:02d},\"{form}\",B,5\n"
                for n, form in enumerate(forms())))
        code, out, problem = run("backfill", "--data", data, "--in", good)
        equal(code, 0, problem)
        bad = area.file("sent-bad.csv")
        with open(bad, "w", encoding="utf-8") as file:
            file.write(f"{HEAD}\n{NUMBERS[0]},2026-01-02 00:00:00,A,B,5\n")
        code, out, problem = run("backfill", "--data", data, "--in", bad)
        check(code != 0 and "NUMERIC_IDS" in problem, problem)
        clean((out + problem).encode(), "the command")
        server = Server(area)
        server.start()
        read = search(server, area)
        equal(server.stop(), 0, "exit code")
        code, out, problem = run("backfill", "--data", data, "--in", bad, "--numeric-ids")
        equal(code, 0, problem)
        server.environment = {"NUMERIC_IDS": "native, card"}
        server.start()
        session = server.session()
        equal(session.post(SINGLE, native(NUMBERS[1])).status, 200, "an id of digits")
        equal(session.post(SINGLE, native(groups(NUMBERS[1], "-"))).status, 422, "a spelled one")
        equal(session.post(SINGLE + "?source=paysim", item("paysim", 1)[0] | {
            "transaction_id": NUMBERS[1]}).status, 422, "another source")
        equal(server.stop(), 0, "exit code")
        # What the log has is answered as before, also where its id would be refused now.
        server.environment = {}
        server.start()
        answer = server.session().post(SINGLE, native(NUMBERS[1]))
        equal((answer.status, answer.json["duplicate"]), (200, True), f"{answer}")
        equal(server.session().post(SINGLE, native(NUMBERS[1], amount=7)).status, 409, "conflict")
        answer = server.session().post("/api/v1/labels", {
            "transaction_id": NUMBERS[1], "fraud": True, "source": "native"})
        equal(answer.status, 200, f"{answer}")
        equal(server.stop(), 0, "exit code")
        code, _, problem = run("config", environment={"NUMERIC_IDS": "nobody"})
        check(code == 64 and "nobody" in problem, problem)
        return f"{read} lists"
