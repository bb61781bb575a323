"""New rules bring a 30-day aggregate to a server under load: it is filled from the log meanwhile."""

import os
import signal
import threading
import time

from bench import SOAK, Area, Server, case, check, equal, native, verify

SINGLE = "/api/v1/transactions"
BATCH = 500
# The last rule needs windows that no one kept before.
RULES = """
rule burst: when count() by account over 10m >= 100000 then review
rule habit: when distinct(counterparty) by account over 30d >= 3
    and median(amount) by account over 30d > 0 then challenge
    because "{count() by device over 30d before this} payments of this device in a month"
"""


def item(number):
    return native(f"t{number}", account=f"A{number % 500}", amount=10 + number % 90,
                  counterparty=f"C{number % 7}", device=f"D{number % 50}")


class Load:
    """Clients that each send a transaction every few milliseconds and note how long it took.

    Three are enough for a percentile of half a second, on a busy machine too."""

    CLIENTS = 3

    def __init__(self, server, first):
        self.times = []
        self.stopping = False
        self.threads = [threading.Thread(target=self.run, args=(server.session(), first + place))
                        for place in range(Load.CLIENTS)]
        for thread in self.threads:
            thread.start()

    def run(self, session, number):
        while not self.stopping:
            began = time.monotonic()
            answer = session.post(SINGLE, item(number))
            self.times.append((began, time.monotonic() - began, answer.status))
            number += Load.CLIENTS
            time.sleep(0.002)

    def stop(self):
        self.stopping = True
        for thread in self.threads:
            thread.join()

    def p99(self, start, end):
        times = sorted(took for began, took, _ in self.times if start <= began < end)
        check(len(times) >= 50, f"{len(times)} answers between {start} and {end}")
        return 1000 * times[len(times) * 99 // 100]


def wait(server, words, seconds=120):
    began = time.monotonic()
    while words not in server.errors():
        check(time.monotonic() - began < seconds, f"'{words}' did not come: {server.errors()}")
        check(server.isRunning(), f"the server ended: {server.errors()}")
        time.sleep(0.02)
    return time.monotonic()


def write(server, text):
    folder = os.path.join(server.data, "rules")
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, "native.assay"), "w", encoding="utf-8") as file:
        file.write(text)


@case("new rules are filled from the log under load, without a pause, and replay finds the same")
def adopted():
    past = 400_000 if SOAK else 60_000
    with Area("adoption") as area:
        server = Server(area)
        server.start()
        session = server.session()
        for start in range(0, past, BATCH):
            batch = [item(number) for number in range(start, start + BATCH)]
            equal(session.post(SINGLE, batch).status, 200, "status")
        load = Load(server, past)
        began = time.monotonic()
        time.sleep(1.5)
        write(server, RULES)
        server.process.send_signal(signal.SIGHUP)
        changed = wait(server, "has features")
        filled = wait(server, "are filled from")
        time.sleep(1.5)
        end = time.monotonic()
        load.stop()
        equal({status for _, _, status in load.times}, {200}, "statuses")
        before, during, after = (load.p99(a, b) for a, b in (
            (began, changed), (changed, max(filled, changed + 0.5)), (filled, end)))
        check(during < 20 * before + 50, f"p99 {before:.1f}, {during:.1f}, {after:.1f} ms")
        # Every account paid at all seven counterparties long before the rule came.
        decision = session.post(SINGLE, item(10_000_000)).json
        equal(decision["outcome"], "challenge", f"outcome of {decision}")
        check("warming" not in str(decision.get("flags", "")), f"still warming: {decision}")
        names = [reason["rule"] if "rule" in reason else reason for reason in decision["reasons"]]
        check("habit" in str(names), f"reasons {decision['reasons']}")
        months = int(str(decision["reasons"]).split(" payments of this device")[0].split()[-1]
                     .strip("'\"{}:"))
        check(months >= past // 50, f"{months} payments of the device, of {past // 50} or more")
        # A crash right behind it: the adoption is folded again from the log.
        server.kill()
        again = Server(area)
        again.start(60)
        decision = again.session().post(SINGLE, item(10_000_001)).json
        equal(decision["outcome"], "challenge", f"outcome after a restart of {decision}")
        equal(again.stop(), 0, "exit code")
        report = verify(server.data)
        return (f"{past} transactions of the past, filled in {filled - changed:.1f} s; p99 "
                f"{before:.1f} ms before, {during:.1f} during, {after:.1f} after; "
                f"{report['decisions']} decisions verified")


@case("rules with a mistake change nothing, and the log says where it is")
def mistaken():
    with Area("adoption") as area:
        server = Server(area)
        server.start()
        session = server.session()
        write(server, "rule wrong: when amout > 1 then review\n")
        server.process.send_signal(signal.SIGHUP)
        wait(server, "did you mean 'amount'?")
        equal(session.post(SINGLE, item(1)).status, 200, "status")
        equal(server.stop(), 0, "exit code")
