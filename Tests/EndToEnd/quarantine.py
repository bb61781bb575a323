"""A transaction that crashes the program twice in a row is put in quarantine, and can be released."""

import http.client
import json
import os
import time

import bench
from bench import KEY, Area, Server, Skip, case, check, equal, native, run, verify

SINGLE = "/api/v1/transactions"
POISON = "ASSAY_TEST_CRASH_ON_ID"
# The fault is in debug builds only; the release program is held to not knowing it.
DEBUG = os.path.join(bench.ROOT, ".build", "debug", "assay")


class DebugServer(Server):
    def launch(self):
        release, bench.ASSAY = bench.ASSAY, DEBUG
        try:
            return super().launch()
        finally:
            bench.ASSAY = release


def poisoned(area, id):
    if not os.path.exists(DEBUG):
        raise Skip(f"there is no debug build at {DEBUG}")
    # Small segments: a debug build looks for the end of the log slowly.
    options = ["--segment-mib", "16"]
    server = DebugServer(area, environment={POISON: id}, options=options)
    server.start()
    return server


def crash(server, body, path=SINGLE):
    """Sends what kills the program, and starts it again."""
    try:
        answer = server.session().post(path, body)
        check(False, f"the program did not crash: {answer}")
    except (OSError, http.client.HTTPException):
        pass
    equal(server.wait(), -9, "exit code")
    server.start(60)


def metric(server, name):
    for line in server.session().get("/metrics").body.decode().splitlines():
        if line.startswith(name + " "):
            return float(line.split()[1])
    raise AssertionError(f"there is no metric {name}")


def listed(*words):
    code, out, problem = run("quarantine", "list", "--json", *words)
    equal(code, 0, f"quarantine list ({problem})")
    return [row["transaction_id"] for row in json.loads(out)["quarantined"]]


@case("a transaction that crashes the program twice is refused from then on, with the reason")
def poison():
    with Area("quarantine") as area:
        server = poisoned(area, "poison")
        session = server.session()
        for number in range(5):
            equal(session.post(SINGLE, native(f"good{number}")).status, 200, "status")
        crash(server, native("poison"))
        check("1 transactions in flight, among them 'poison'" in server.errors(), server.errors())
        equal(listed("--data", server.data), [], "in quarantine after one crash")
        began = time.monotonic()
        # In a batch, the others in flight are not to blame.
        crash(server, [native("before"), native("poison"), native("behind")])
        check("'poison' is in quarantine" in server.errors(), server.errors())
        restart = time.monotonic() - began
        session = server.session()
        for attempt in range(3):
            answer = session.post(SINGLE, native("poison"))
            equal((answer.status, answer.json["error"]), (422, "quarantined"), f"{answer}")
            check("ended twice in a row" in answer.json["message"], answer)
        results = session.post(
            SINGLE, [native("before"), native("poison", amount=7), native("behind")]).json["results"]
        equal([row.get("outcome", row.get("error")) == "quarantined" for row in results],
              [False, True, False], f"which of a batch are refused ({results})")
        answer = session.post("/api/v1/labels", dict(
            transaction_id="poison", source="native", fraud=True, account="A1", counterparty="M",
            amount=5, time="2026-01-01T00:00:00Z"))
        equal((answer.status, answer.json["error"]), (422, "quarantined"), f"a label of it ({answer})")
        equal(session.get("/health").json["quarantined"], 1, "in quarantine, by health")
        equal(metric(server, "assay_quarantined"), 1, "in quarantine, by the metric")
        equal(metric(server, "assay_quarantine_refused_total"), 5, "refusals")
        url = ["--url", f"http://127.0.0.1:{server.port}", "--key", KEY]
        equal(listed(*url), ["poison"], "listed by the server")
        equal(listed("--data", server.data), ["poison"], "listed by the log")
        code, out, _ = run("snapshot", "--data", server.data)
        equal(code, 0, "exit code of snapshot")
        server.kill()
        server.start(60)
        check("onto a snapshot" in server.errors(), server.errors())
        equal(server.session().post(SINGLE, native("poison")).status, 422, "status after a restart")
        equal(server.stop(), 0, "exit code")

        # The release program has no fault: what is released is decided.
        good = Server(area, environment={POISON: "poison"})
        good.start()
        session = good.session()
        equal(session.post(SINGLE, native("poison")).status, 422, "status, in the release program")
        url = ["--url", f"http://127.0.0.1:{good.port}", "--key", KEY]
        code, out, problem = run("quarantine", "release", "poison", *url)
        equal(code, 0, f"exit code of release ({problem})")
        equal(listed(*url), [], "listed after the release")
        equal(session.get("/health").json["quarantined"], 0, "in quarantine after the release")
        equal(session.post(SINGLE, native("poison")).status, 200, "status after the release")
        code, _, problem = run("quarantine", "release", "poison", *url)
        equal(code, 1, "exit code of a release of nothing")
        check("not in quarantine" in problem, problem)
        equal(good.stop(), 0, "exit code")
        report = verify(good.data)
        return f"{report['decisions']} decisions, restart after the second crash {restart:.2f} s"


@case("a transaction without an id is known again by its content; a past one by its id")
def invented():
    with Area("quarantine-auto") as area:
        server = poisoned(area, "auto-*")
        body = dict(account="A9", amount=123.45)
        crash(server, body)
        crash(server, body)
        session = server.session()
        equal(session.post(SINGLE, body).status, 422, "status")
        equal(session.post(SINGLE, native("named", account="A9", amount=123.45)).status, 200,
              "status of the same payment with an id")
        equal(server.stop(), 0, "exit code")


@case("an activity is known again by what it says")
def told():
    with Area("quarantine-activity") as area:
        server = poisoned(area, "poison")
        path = "/api/v1/activities"
        body = dict(source="native", activity="login", succeeded=True, account="poison")
        crash(server, body, path)
        crash(server, body, path)
        session = server.session()
        answer = session.post(path, body)
        equal((answer.status, answer.json["error"]), (422, "quarantined"), f"{answer}")
        results = session.tell([dict(body, account="A1")])
        equal(results[0]["status"], "logged", f"{results}")
        row = session.get("/api/v1/quarantine").json["quarantined"][0]
        equal((row["work"], row["transaction_id"]), ("activity", "poison"), f"{row}")
        equal(server.stop(), 0, "exit code")
        verify(server.data)


@case("crashes with other transactions in flight, and stops in order, condemn nothing")
def innocent():
    with Area("quarantine-not") as area:
        server = poisoned(area, "bad*")
        crash(server, native("bad1"))
        crash(server, native("bad2"))
        equal(listed("--data", server.data), [], "in quarantine after two crashes by two")
        equal(server.stop(), 0, "exit code")
        server.start(60)
        crash(server, native("bad2"))
        equal(listed("--data", server.data), [], "in quarantine after an orderly stop between")
        crash(server, native("bad2"))
        equal(listed("--data", server.data), ["bad2"], "in quarantine after two in a row")
        # Without a server, a release opens the directory itself.
        equal(run("quarantine", "release", "bad2", "--data", server.data)[0], 1, "beside a server")
        equal(server.stop(), 0, "exit code")
        code, _, problem = run("quarantine", "release", "bad2", "--data", server.data)
        equal(code, 0, f"release without a server ({problem})")
        equal(listed("--data", server.data), [], "after the release")
        verify(server.data)
