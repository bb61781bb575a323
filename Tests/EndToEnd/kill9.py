"""The process is killed under load, again and again: what was acknowledged stays."""

import http.client
import os
import random
import subprocess
import threading
import time

from bench import (
    ASSAY, SOAK, Area, Server, case, check, equal, float32, journal, native, run, verify)

ROUNDS = 200 if SOAK else 20
CONNECTIONS = 4
SINGLE = "/api/v1/transactions"


class Load:
    """One round's traffic: single transactions and arrays, unique ids, over four connections."""

    def __init__(self, server, round):
        self.server = server
        self.acknowledged = {}
        self.sent = {}
        self.problems = []
        self.lock = threading.Lock()
        self.threads = [
            threading.Thread(
                target=self.post, args=(f"r{round}c{n}", random.Random(round * 10 + n)))
            for n in range(CONNECTIONS)]
        for thread in self.threads:
            thread.start()

    def post(self, name, generator):
        try:
            session, number = self.server.session(), 0
            while True:
                count = generator.choice((1, 1, 1, 5, 40))
                items = [
                    native(f"{name}-{number + k}", account=f"A{generator.randrange(50)}",
                           amount=generator.randrange(1, 1000),
                           counterparty=f"M{generator.randrange(20)}") for k in range(count)]
                number += count
                with self.lock:
                    self.sent.update((item["transaction_id"], item) for item in items)
                answer = session.post(SINGLE, items[0] if count == 1 else items)
                equal(answer.status, 200, f"status ({answer})")
                results = [answer.json] if count == 1 else answer.json["results"]
                with self.lock:
                    for row in results:
                        if row["decided_by"] == "engine":
                            self.acknowledged[row["transaction_id"]] = essence(row)
        except (OSError, http.client.HTTPException):
            pass  # The server was killed.
        except Exception as error:
            self.problems.append(repr(error))

    def join(self):
        for thread in self.threads:
            thread.join()
        check(not self.problems, f"{self.problems[:3]}")


def essence(row):
    return row["outcome"], float32(row["score"]), row["position"]


def unique(rows):
    found = {row["transaction_id"]: essence(row) for row in rows}
    equal(len(rows), len(found), "rows, and distinct ids among them")
    return found


@case(f"{ROUNDS} kills under load lose and double nothing that was acknowledged")
def kills():
    generator = random.Random(20261120)
    with Area("kill9") as area:
        server = Server(area, options=["--segment-mib", "16", "--snapshot-mib", "1"])
        all, previous, resent, folded, slowest = {}, -1, 0, 0, 0.0
        for round in range(ROUNDS):
            slowest = max(slowest, server.start())
            folded += "onto a snapshot" in server.errors()
            load = Load(server, round)
            # The server takes a snapshot itself after five seconds; the others are asked for.
            time.sleep(generator.uniform(5.2, 6) if round % 9 == 4 else generator.uniform(0.1, 0.7))
            child = None
            if round % 3 == 1:
                child = subprocess.Popen(
                    [ASSAY, "snapshot", "--data", server.data], stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL)
                time.sleep(generator.uniform(0, 0.15))
                if generator.random() < 0.5:
                    child.kill()
            check(server.isRunning(), f"round {round}: the server ended before it was killed, with"
                                      f" {server.process.poll()}: {server.errors()[-300:]}")
            server.kill()
            load.join()
            if child:
                child.wait()

            slowest = max(slowest, server.start())
            folded += "onto a snapshot" in server.errors()
            check("differences" not in server.errors() and "warning" not in server.errors(),
                  server.errors())
            session = server.session()
            rows = unique(session.listing(until=previous))
            wrong = [id for id, row in load.acknowledged.items() if rows.get(id) != row]
            check(not wrong, f"round {round}: {len(wrong)} of {len(load.acknowledged)} acknowledged"
                             f" decisions are gone or changed, first {wrong[:3]}")
            strange = [id for id in rows if id not in load.sent]
            check(not strange, f"round {round}: rows that were never sent: {strange[:3]}")
            # Clients send again what was not answered: once decided, it stays decided.
            unanswered = [item for id, item in load.sent.items() if id not in load.acknowledged]
            some = generator.sample(sorted(load.acknowledged), min(5, len(load.acknowledged)))
            for item in unanswered[:200] + [load.sent[id] for id in some]:
                id = item["transaction_id"]
                answer = session.post(SINGLE, item)
                equal(answer.status, 200, f"status of {id}, sent again ({answer})")
                equal(answer.json.get("duplicate", False), id in rows, f"duplicate of {id}")
                if id in rows:
                    equal(essence(answer.json), rows[id], f"decision of {id}, sent again")
                rows[id] = essence(answer.json)
                resent += 1
            all.update(rows)
            previous = max((position for _, _, position in rows.values()), default=previous)
            server.kill()
        server.start()
        equal(unique(server.session().listing()), all, "all rows at the end")
        equal(server.stop(), 0, "exit code")
        report = verify(server.data)
        equal((report["decisions"], report["transactions"]), (len(all), len(all)), "logged")
        positions = {
            position for position, kind, _ in journal(server.data) if kind == "transaction"}
        equal(positions, {position for _, _, position in all.values()}, "positions in the log")
        check(folded > 0, "no start used a snapshot")
        segments = sum(name.endswith(".journal") for name in
                       os.listdir(os.path.join(server.data, "journal")))
        return (f"{len(all)} decisions, {resent} sent again, {folded} of {2 * ROUNDS} starts onto a"
                f" snapshot, {segments} segments, slowest start {slowest:.2f} s, replay"
                f" {report['seconds']:.1f} s")


@case("a snapshot of a place before the newest segment leaves nothing out")
def old_place():
    with Area("place") as area:
        server = Server(area, options=["--segment-mib", "16"])
        server.start()
        session = server.session()

        def fill(name, batches):
            for batch in range(batches):
                items = [native(f"{name}{batch}-{n}", device="d" * 250) for n in range(500)]
                equal(session.post(SINGLE, items).status, 200, "status")

        fill("a", 10)
        # A transaction alone is a batch of its own: its head of 40 bytes starts there.
        place = session.post(SINGLE, native("alone")).json["position"] - 40
        fill("b", 80)
        last = session.post(SINGLE, native("last")).json["position"]
        check(last >> 24 > place >> 24, f"{last} is not in a later segment than {place}")
        rows = unique(session.listing())
        code, out, problem = run("snapshot", "--data", server.data, "--until", str(place))
        equal(code, 0, f"snapshot ({problem})")
        check(f"snapshot at {place}:" in out, f"{out}, expected at {place}")
        server.kill()
        server.start()
        check("onto a snapshot" in server.errors(), server.errors())
        session = server.session()
        equal(unique(session.listing()), rows, "rows after the restart")
        again = session.post(SINGLE, native("b3-7", device="d" * 250)).json
        equal(again.get("duplicate"), True, "a transaction from behind the snapshot, sent again")
        equal(server.stop(), 0, "exit code")
        equal(verify(server.data)["decisions"], len(rows), "decisions")
        return f"snapshot at {place:#x}, log to {last:#x}"
