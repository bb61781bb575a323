"""One damage to one file of each kind in a data directory: none goes without a word."""

import glob
import os
import shutil
import time

from bench import Area, Server, case, check, equal, native, run

SINGLE = "/api/v1/transactions"
# Each kind of file, and what of it may be said by nothing but its own words: a place.
KINDS = {
    "the last segment": "journal/*.journal",
    "the newest snapshot": "snapshots/*.snapshot",
    "the note of the log's extent": "log-extent",
    "the decisions' store": "decisions.sqlite",
    "the alerts' store": "alerts.db",
    "the jobs' store": "batch.db",
    "users and keys": "identity.db",
    "the key of card tokens": "keys/token",
    "the key of seals": "keys/sealing",
    "the key of users' tokens": "keys/signing",
    "the own API key": "api-key",
    "a program": "objects/*.program",
    "a rule file": "rules/native.assay",
    "a model's file": "models/*/model.ubj",
    "a model's manifest": "models/*/manifest.json",
    "what is in flight": "in-flight",
}
# Where nothing is lost or changed, or nobody can see it, and why.
HARMLESS = {
    # Behind the end of the entries there is nothing yet.
    "the last segment": {"flip", "cut"},
    # The log is the truth; a snapshot saves time, where no segment was removed.
    "the newest snapshot": {"deleted"},
    # SQLite's pages have no checksums: content that changed cannot be told.
    "the decisions' store": {"flip"}, "the alerts' store": {"flip"}, "the jobs' store": {"flip"},
    "users and keys": {"flip"},
    # Another key of the same form: who has the old one is refused.
    "the own API key": {"flip", "deleted"},
    # Written again from the log at each start.
    "a program": {"flip", "zeros", "cut", "empty", "deleted"},
    # A change of rules, which is an entry of the log.
    "a rule file": {"empty", "deleted"},
    # What is said of the training; the model itself is proven by its digest and golden rows.
    "a model's manifest": {"flip"},
    # Only of use after a crash.
    "what is in flight": {"flip", "zeros", "cut", "empty", "deleted"},
}


def flip(path):
    with open(path, "r+b") as file:
        middle = os.path.getsize(path) // 2
        file.seek(middle)
        byte = file.read(1)
        file.seek(middle)
        file.write(bytes([byte[0] ^ 0x10]))


def zeros(path):
    size = os.path.getsize(path)
    with open(path, "r+b") as file:
        file.write(bytes(size))


def cut(path):
    with open(path, "r+b") as file:
        file.truncate(os.path.getsize(path) // 2)


def empty(path):
    with open(path, "r+b") as file:
        file.truncate(0)


def directory(path):
    os.remove(path)
    os.mkdir(path)


DAMAGES = {"flip": flip, "zeros": zeros, "cut": cut, "empty": empty, "deleted": os.remove,
           "a directory": directory}


def fill(area):
    """A directory that has a file of each kind, closed in order."""
    data = area.file("whole")
    os.makedirs(data + "/rules")
    with open(data + "/rules/native.assay", "w", encoding="utf-8") as file:
        file.write("rule large: when amount > 100 then review\n")
    table = area.file("train.csv")
    equal(run("simulate", "--days", "30", "--accounts", "120", "--seed", "5", "--dialect", "native",
              "--out", table)[0], 0, "simulate")
    code, _, problem = run("train", "--dialect", "native", "--data", table, "--trees", "4",
                           "--out", data + "/models")
    equal(code, 0, f"train ({problem})")
    server = Server(area, data, key=None)
    server.start()
    with open(data + "/api-key", encoding="utf-8") as file:
        server.key = file.read().strip()
    session = server.session()
    for number in range(40):
        equal(session.post(SINGLE, native(f"p{number}", amount=10 * number)).status, 200, "status")
    session.listing(until=1 << 62)
    answer = session.post("/api/v1/batch/uploads?source=card&mode=score&name=a",
                          b"TRANSACTION_ID,TX_DATETIME,CUSTOMER_ID,TERMINAL_ID,TX_AMOUNT\n"
                          b"1,2026-01-01 00:00:00,1,1,5\n", {"Content-Type": "text/csv"})
    equal(answer.status, 201, f"{answer}")
    time.sleep(1)
    equal(server.stop(), 0, "exit code")
    equal(run("snapshot", "--data", data)[0], 0, "snapshot")
    server.key = None
    return data


def said(area, data):
    """How the program takes a damaged directory: what it says, and whether payments are decided."""
    server = Server(area, data, key=None)
    try:
        server.start(20)
    except AssertionError as problem:
        return "refused", str(problem)
    server.key = None
    if os.path.isfile(data + "/api-key"):
        with open(data + "/api-key", encoding="utf-8", errors="replace") as file:
            server.key = file.read().strip()
    session = server.session()
    health = session.get("/health").json
    answer = session.post(SINGLE, native("p1", amount=10))
    fresh = session.post(SINGLE, native(f"new-{time.monotonic_ns()}"))
    time.sleep(0.3)
    words = server.errors()
    if health["status"] != "healthy":
        words += "\nWARNING health: " + "; ".join(health["problems"])
    equal(answer.status, 200, f"a known payment ({answer})")
    equal(answer.json.get("duplicate"), True, f"a known id is decided anew ({answer})")
    equal(fresh.status, 200, f"a new payment ({fresh})")
    server.stop()
    loud = [line for line in words.splitlines() if "WARNING" in line or "ERROR" in line
            or "first start" in line]
    return "goes on", "\n".join(loud)


@case("each kind of file, flipped, zeroed, cut, emptied, deleted or a directory: none is silent")
def damaged():
    problems, rows = [], 0
    with Area("damage") as area:
        whole = fill(area)
        for kind, pattern in KINDS.items():
            for damage, strike in DAMAGES.items():
                data = area.file("damaged")
                shutil.rmtree(data, ignore_errors=True)
                shutil.copytree(whole, data)
                paths = sorted(glob.glob(os.path.join(data, pattern)))
                check(paths, f"there is no {pattern}")
                strike(paths[-1])
                rows += 1
                try:
                    outcome, words = said(area, data)
                except AssertionError as problem:
                    outcome, words = "WRONG", str(problem)
                    problems.append(f"{kind}, {damage}: {problem}")
                silent = outcome == "goes on" and not words
                if silent and damage not in HARMLESS.get(kind, ()):
                    problems.append(f"{kind}, {damage}: silent")
                line = words.strip().splitlines()[-1][:160] if words.strip() else "(nothing)"
                if os.environ.get("ASSAY_TABLE"):
                    print(f"| {kind} | {damage} | {outcome} | {line} |", flush=True)
    check(not problems, "\n".join(problems[:40]))
    return f"{rows} damages"
