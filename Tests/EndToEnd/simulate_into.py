"""assay simulate --into: every dialect's payments, labels, activities against a real server."""

import json
import os

from bench import (
    KEY, Area, Server, case, check, counts, equal, files_hold, journal, run, verify)

DIALECTS = ["native", "card", "paysim", "payment", "crypto", "retail", "anonymised"]


def send(server, dialect, *more, key=KEY):
    code, out, problem = run(
        "simulate", "--dialect", dialect, "--into", f"http://127.0.0.1:{server.port}",
        "--key", key, "--json", "--rate", "500", *more)
    return code, json.loads(out) if out else None, problem


def record(body):
    """The id of a transaction's record."""
    numbers, texts = body[6], body[7]
    table = 40 + 8 * numbers
    end = int.from_bytes(body[table:table + 2], "little")
    start = table + 2 * texts
    return body[start:start + end].decode()


@case("simulated payments of every dialect are decided at the rate asked for, with their labels")
def dialects():
    with Area("into") as area:
        server = Server(area)
        server.start()
        payments = labels = activities = 0
        reports = {}
        for dialect in DIALECTS:
            # Short days and early labels: some labels fall due within the run.
            code, report, problem = send(
                server, dialect, "--accounts", "200", "--days", "12", "--seconds", "2",
                "--label-delay", "0.05", "--label-wrong", "0.2")
            equal((code, report["errors"]), (0, {}), f"{dialect} ({problem} {report})")
            check(350 < report["rate"] < 600, f"{dialect}: {report}")
            equal(sum(report["outcomes"].values()), report["payments"], f"{dialect}'s outcomes")
            equal(report["duplicates"], 0, f"{dialect}'s duplicates")
            payments += report["payments"]
            labels += report["labels"]
            activities += report["activities"]
            check(report["activities"] > 10, f"{dialect}: {report}")
            reports[dialect] = report
        session = server.session()
        listed = session.listing()
        equal(len(listed), payments, "decisions that are listed")
        names = {row["source"] for row in listed}
        equal(names, set(DIALECTS), "sources")
        # Where no id is sent, the Idempotency-Key names the payment.
        for row in listed:
            if row["source"] in ("retail", "anonymised"):
                check(row["transaction_id"].startswith("key-sim"), f"{row}")
        labelled = 0
        for _, kind, body in journal(server.data):
            if kind != "label":
                continue
            labelled += 1
            source = int.from_bytes(body[20:22], "little")
            if source == 4:  # payment: ids come again, so the label's account and time count
                continue
            name = DIALECTS[[1, 3, 2, 4, 5, 6, 7].index(source)]
            answer = session.get(f"/api/v1/decisions/{record(body[16:])}?source={name}")
            expected = "fraud" if body[0] == 1 else "legitimate"
            equal((answer.status, answer.json["label"]), (200, expected), f"label in {name}")
        equal(labelled, labels, "labels in the log")
        check(labels > 10, f"only {labels} labels: {reports}")
        equal(server.stop(), 0, "exit code")
        found = counts(server.data)
        equal(found["transaction"], payments, "transactions in the log")
        equal(found["activity"], activities, "activities in the log")
        verify(server.data)
        return f"{payments} payments, {labels} labels, {activities} activities"


@case("a server that is not there, a wrong key and a bad address end it with a reason")
def refusals():
    with Area("into") as area:
        server = Server(area)
        server.start()
        code, report, problem = send(server, "retail", "--seconds", "0.2", key="wrong")
        equal(code, 1, f"wrong key ({problem})")
        equal(set(report["errors"]) - {"activity 401"}, {"401"}, f"wrong key ({problem})")
        check("401" in problem, problem)
        port = server.port
        equal(server.stop(), 0, "exit code")
        code, out, problem = run("simulate", "--into", f"http://127.0.0.1:{port}", "--seconds", "1")
        equal(code, 1, f"no server ({out} {problem})")
        check("connection" in problem and "refused" in problem, problem)
        for words, word in (
                (["--into", "ftp://x"], "http://"), (["--into", "http://x:0"], "host:port"),
                (["--into", "http://x", "--out", "y"], "--out"), (["--rate", "5"], "--into"),
                (["--dialect", "sparkov"], "sparkov")):
            code, _, problem = run("simulate", *words)
            equal(code, 64, f"{words} ({problem})")
            check(word in problem, f"{words}: {problem}")


@case("a simulated file goes through features and backfill of its dialect")
def files():
    with Area("into") as area:
        for dialect in DIALECTS:
            path = area.file(dialect + ".csv.gz")
            code, _, problem = run(
                "simulate", "--dialect", dialect, "--days", "25", "--accounts", "150",
                "--start", "2026-01-01", "--out", path)
            equal(code, 0, f"simulate {dialect} ({problem})")
            code, out, problem = run("features", "--data", path, "--dialect", dialect, "--json")
            equal(code, 0, f"features {dialect} ({problem})")
            rows = json.loads(out)["rows"]
            check(rows > 500, f"{dialect} has {rows} rows")
            data = area.file("data-" + dialect)
            code, out, problem = run(
                "backfill", "--data", data, "--in", path, "--dialect", dialect, "--json")
            equal(code, 0, f"backfill {dialect} ({problem})")
            equal(json.loads(out)["transactions"], rows, f"{dialect}: rows that were taken")
        # Rows without ids are counted through all files of a command.
        path = area.file("retail.csv.gz")
        code, out, problem = run(
            "backfill", "--data", area.file("twice"), "--in", path, path, "--dialect", "retail",
            "--json")
        report = json.loads(out)
        equal((report["known"], report["transactions"] % 2), (0, 0), f"two files ({report})")
        # The card numbers of payment's files leave no trace.
        text = os.popen(f"gzip -dc {area.file('payment.csv.gz')} | sed -n 2p").read().split(",")
        check(len(text[3]) == 16, f"{text}")
        needle = text[3].encode()
        equal(files_hold(area.file("data-payment"), needle), [], "files with a card number")
