"""A wall clock that is set is refused until somebody confirms it, and does no harm for good."""

import os
import struct
import time

from bench import Area, Server, case, check, equal, native, run, verify
from retention import clock

DAY, YEAR = 86_400, 365 * 86_400
FEATURES = "feature paid_1d = count() by account over 1d\n"


class Clock:
    """The wall clock of a server, which the test sets."""

    def __init__(self, area):
        self.path = area.file("clock")
        with open(self.path, "wb") as file:
            file.write(bytes(8))
        self.set(0)
        self.environment = dict(LD_PRELOAD=clock(area), ASSAY_TEST_CLOCK=self.path,
                                MONITORING_INTERVAL="1")

    def set(self, seconds):
        with open(self.path, "r+b") as file:
            file.write(struct.pack("<q", seconds))


def pay(session, id):
    return session.post("/api/v1/transactions", native(id))


def count(session, id):
    answer = pay(session, id)
    equal(answer.status, 200, f"{answer}")
    found = session.get(f"/api/v1/decisions/{id}")
    return found.json["features"]["paid_1d"]


def is_refused(session, id, word):
    answer = pay(session, id)
    equal(answer.status, 503, f"a payment under a wrong clock ({answer})")
    check(word in answer.json["message"] and "clock" in answer.json["message"], f"{answer}")
    check(answer.headers["Retry-After"], "Retry-After")
    ready = session.get("/ready")
    equal((ready.status, ready.json["ready"]), (503, False), "readiness")
    health = session.get("/health").json
    equal(health["status"], "degraded", "health")
    check("clock" in health["problems"][0], health)
    equal(session.get("/api/v1/clock").json["state"], "stepped", "the clock's state")


def start(area, name):
    clock = Clock(area)
    server = Server(area, name, environment=clock.environment)
    os.makedirs(server.data + "/features")
    with open(server.data + "/features/native.assay", "w", encoding="utf-8") as file:
        file.write(FEATURES)
    os.makedirs(server.data + "/rules")
    with open(server.data + "/rules/native.assay", "w", encoding="utf-8") as file:
        file.write("rule never: when amount < 0 then review\n")
    server.start()
    return clock, server, server.session()


@case("steps of a running server's clock are refused: a year ahead, a year or a day back")
def steps():
    with Area("clocks") as area:
        clock, server, session = start(area, "data")
        for n in range(9):
            equal(count(session, f"p{n}"), n + 1, "payments in a day")
        for number, (step, word) in enumerate(((YEAR, "ahead"), (-YEAR, "back"), (-DAY, "back"))):
            clock.set(step)
            is_refused(session, f"wrong-{number}", word)
            clock.set(0)
            equal(pay(session, f"right-{number}").status, 200, "put right")
            equal(session.get("/ready").status, 200, "ready again")
        text = session.get("/metrics").body.decode()
        check("assay_clock_steps_total 3" in text, "the steps are counted")
        began = time.monotonic()
        while not any(alert["type"] == "clock_step" for alert in
                      session.get("/api/v1/alerts?kind=system").json["alerts"]):
            check(time.monotonic() - began < 10, "no alert of the clock")
            time.sleep(0.2)
        # An hour back, and right: somebody says so.
        clock.set(-3600)
        is_refused(session, "unconfirmed", "back")
        equal(session.post("/api/v1/clock/reset", {}).status, 200, "confirmed")
        equal(pay(session, "confirmed").status, 200, "taken again")
        equal(server.stop(), 0, "exit code")
        verify(server.data)
        check("nothing is decided: the clock" in server.errors(), server.errors())


@case("a log from a clock a year ahead is refused at the start, and mended by one entry")
def ahead():
    with Area("clocks") as area:
        clock, server, session = start(area, "data")
        for n in range(9):
            count(session, f"p{n}")
        equal(server.stop(), 0, "exit code")
        clock.set(YEAR)
        server.start()
        equal(count(server.session(), "next-year"), 1, "a year later the windows are empty")
        equal(server.stop(), 0, "exit code")
        clock.set(0)
        try:
            server.start()
        except AssertionError as problem:
            check("clock reset" in str(problem), f"{problem}")
        else:
            raise AssertionError("the server started")
        equal(run("clock", "reset", "--data", server.data)[0], 0, "clock reset")
        server.start()
        session = server.session()
        equal(count(session, "p9"), 10, "as if nothing had been")
        equal(pay(session, "next-year").json.get("duplicate"), True, "its decision stands")
        server.kill()
        server.start()
        equal(count(server.session(), "p10"), 11, "after a kill")
        equal(server.stop(), 0, "exit code")
        verify(server.data)
