"""Decisions made over HTTP come out the same when the log is folded again."""

import collections
import json
import os
import queue
import random
import threading
import time

from bench import Area, Server, case, check, counts, equal, journal, run, simulate, verify

TRANSACTIONS = 100_000
SINGLES = 2_000
# About two simulated days: beyond the source's bound for late ones.
LATE = 5_000
BATCH = 500
CONNECTIONS = 4
NO_VECTORS = {"GLIBC_TUNABLES": "glibc.cpu.hwcaps=-AVX2,-FMA"}


def train(area, models):
    """A model on another population, put where the server looks for it."""
    file = area.file("past.csv")
    simulate(file, 40, 300, "csv", seed=3)
    os.makedirs(models, mode=0o700)
    code, out, problem = run(
        "train", "--data", file, "--dialect", "card", "--trees", "60", "--depth", "5",
        "--eta", "0.1", "--out", models, "--json")
    equal(code, 0, f"train ({problem})")
    return json.loads(out)


def events(path):
    """The simulation's transactions as lines, and its labels after the transactions before them.

    Activities are left out."""
    transactions, labels = [], []
    with open(path, "rb") as file:
        for line in file:
            if line.startswith(b'{"label"'):
                event = json.loads(line)
                labels.append((len(transactions), event["transaction_id"], event["label"]))
            elif not line.startswith(b'{"activity"'):
                transactions.append(line.rstrip(b"\n"))
    return transactions, labels


class Traffic:
    """Posts a simulation over several connections and remembers every decision."""

    def __init__(self, server, transactions, labels):
        self.server = server
        self.decided = {}
        self.lock = threading.Lock()
        self.problems = []
        self.labelled = 0
        self.singles = 0
        self.again = 0
        self.work = queue.Queue()
        generator = random.Random(5)
        # Some come alone, and later than those around them.
        step = len(transactions) // SINGLES
        alone = collections.deque(transactions[::step])
        first = [line for number, line in enumerate(transactions) if number % step]
        for number in range(0, len(first), BATCH):
            self.work.put(("lines", first[number:number + BATCH]))
            while number - LATE > step * (SINGLES - len(alone)):
                self.work.put(("single", alone.popleft()))
        for line in alone:
            self.work.put(("single", line))
        self.labels = queue.Queue()
        for _, id, verdict in labels:
            self.labels.put((id, verdict == "fraud"))
        # Some come twice, some are corrected, some say that a payment was honest.
        for _, id, verdict in generator.sample(labels, len(labels) // 4):
            self.labels.put((id, verdict == "fraud"))
        for _, id, verdict in generator.sample(labels, len(labels) // 20):
            self.labels.put((id, verdict != "fraud"))
        for line in generator.sample(first, 500):
            self.labels.put((json.loads(line)["transaction_id"], False))

    def run(self):
        threads = [threading.Thread(target=self.guard, args=(self.post,))
                   for _ in range(CONNECTIONS)]
        threads.append(threading.Thread(target=self.guard, args=(self.label,)))
        self.posting = CONNECTIONS
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        check(not self.problems, f"{self.problems[:3]}")

    def guard(self, work):
        try:
            work(self.server.session())
        except Exception as error:
            self.problems.append(repr(error))
        finally:
            with self.lock:
                self.posting -= work == self.post

    def note(self, result, again):
        check("outcome" in result and (again or "duplicate" not in result), f"{result}")
        self.decided[result["transaction_id"]] = (result["outcome"], result["score"],
                                                  result["position"], result["model"])

    def post(self, session):
        while True:
            try:
                word, item = self.work.get_nowait()
            except queue.Empty:
                return
            body, type = item, "application/json"
            if word == "lines":
                body, type = b"\n".join(item), "application/x-ndjson"
            results, again = self.decide(session, body, type)
            with self.lock:
                self.singles += word == "single"
                self.again += again
                for result in results:
                    self.note(result, again)

    def decide(self, session, body, type):
        """The results, and whether it took more than one request.

        Where the machine is busy with something else a deadline may pass; the decision is made all
        the same, and sent again the transactions are answered with it."""
        for attempt in range(20):
            answer = session.post("/api/v1/transactions?source=card", body, {"Content-Type": type})
            equal(answer.status, 200, f"status ({answer})")
            if answer.json.get("decided_by") != "fallback":
                return answer.json.get("results", [answer.json]), attempt > 0
            time.sleep(0.2)
        raise AssertionError("no decision after twenty requests")

    def label(self, session):
        """Labels what is decided by now; the others wait, the last until all are posted."""
        while not self.labels.empty():
            with self.lock:
                over = self.posting == 0
            ready, later = [], []
            while not self.labels.empty():
                item = self.labels.get()
                (ready if item[0] in self.decided else later).append(item)
            check(later == [] or not over, f"labels of unknown transactions: {later[:3]}")
            for number in range(0, len(ready), 50):
                part = ready[number:number + 50]
                session.label([{"transaction_id": id, "source": "card", "fraud": fraud}
                               for id, fraud in part])
                self.labelled += len(part)
            for item in later:
                self.labels.put(item)
            time.sleep(0.05)


@case("100 000 transactions over HTTP with labels mixed in come out the same from the log")
def replayed():
    with Area("replay") as area:
        server = Server(area, options=["--segment-mib", "16", "--snapshot-mib", "16"])
        os.makedirs(server.data, mode=0o700)
        trained = train(area, os.path.join(server.data, "models"))
        file = area.file("events.ndjson")
        simulate(file, 40, 2400, "ndjson", seed=11)
        transactions, labels = events(file)
        check(len(transactions) >= TRANSACTIONS, f"only {len(transactions)} transactions simulated")
        transactions = transactions[:TRANSACTIONS]
        labels = [label for label in labels if label[0] < TRANSACTIONS]
        server.start()
        traffic = Traffic(server, transactions, labels)
        began = time.monotonic()
        live = []

        def look():
            time.sleep(0.5)
            try:
                live.append(verify(server.data))
            except AssertionError as error:
                live.append(error)

        beside = threading.Thread(target=look)
        beside.start()
        traffic.run()
        seconds = time.monotonic() - began
        beside.join()
        check(isinstance(live[0], dict), f"replay beside the live server: {live[0]}")
        equal(len(traffic.decided), TRANSACTIONS, "transactions decided")
        models = {model for _, _, _, model in traffic.decided.values()}
        check(models != {None} and len(models) == 1, f"models {models}")
        outcomes = {outcome for outcome, _, _, _ in traffic.decided.values()}
        check({"approve", "review"} <= outcomes, f"outcomes {outcomes}")

        still = verify(server.data)
        equal(still["decisions"], TRANSACTIONS, "decisions replayed beside the server")
        equal(server.stop(), 0, "exit code")
        report = verify(server.data)
        equal(report["stateDigest"], still["stateDigest"], "state while live and afterwards")
        equal((report["decisions"], report["transactions"], report["labels"]),
              (TRANSACTIONS, TRANSACTIONS, traffic.labelled), "decisions, transactions, labels")
        check(report["digests"] > 0, "the log holds no digest of the state")
        equal(counts(server.data)["label"], traffic.labelled, "label entries")
        plain = verify(server.data, NO_VECTORS)
        equal(plain["stateDigest"], report["stateDigest"], "state without AVX2 and FMA")

        snapshots = os.listdir(os.path.join(server.data, "snapshots"))
        server.environment = NO_VECTORS
        server.start()
        session = server.session()
        sample = random.Random(1).sample(sorted(traffic.decided), 200)
        for id in sample:
            shown = session.get(f"/api/v1/decisions/{id}?source=card").json
            found = (shown["outcome"], shown["score"], shown["position"], shown["model"])
            equal(found, traffic.decided[id], f"decision {id} after a restart without AVX2")
        equal(server.stop(), 0, "exit code")
        return (f"{TRANSACTIONS} decided in {seconds:.1f} s, {traffic.singles} alone,"
                f" {traffic.again} requests sent again,"
                f" {traffic.labelled} labels, model of {trained['rows']} rows; 0 differences of"
                f" {report['decisions']} in {report['seconds']:.1f} s, live replay saw"
                f" {live[0]['decisions']}, {len(snapshots)} snapshots")


@case("a log in which one decision was altered is told apart")
def altered():
    """Proves that the comparison above can fail: the CRCs are made right again."""
    with Area("altered") as area:
        server = Server(area, options=["--segment-mib", "16"])
        server.start()
        session = server.session()
        for number in range(20):
            body = {"transaction_id": f"t{number}", "account": "A", "amount": number}
            equal(session.post("/api/v1/transactions", body).status, 200, "status")
        equal(server.stop(), 0, "exit code")
        verify(server.data)
        path = os.path.join(server.data, "journal", "0000000000000000.journal")
        with open(path, "rb") as file:
            bytes = bytearray(file.read())
        place = [position for position, kind, _ in journal(server.data) if kind == "decision"][10]
        size = int.from_bytes(bytes[place:place + 4], "little")
        bytes[place + size - 9] ^= 1
        bytes[place + 4:place + 8] = crc32c(bytes[place + 8:place + size]).to_bytes(4, "little")
        with open(path, "wb") as file:
            file.write(bytes)
        code, out, _ = run("replay", "--data", server.data, "--verify", "--json")
        check(code == 1 and json.loads(out)["differences"] >= 1, f"exit {code}: {out}")


def crc32c(bytes):
    sum = 0xFFFFFFFF
    for byte in bytes:
        sum ^= byte
        for _ in range(8):
            sum = sum >> 1 ^ (0x82F63B78 if sum & 1 else 0)
    return sum ^ 0xFFFFFFFF
