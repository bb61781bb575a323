"""Models and the features they were trained on: what is in force, and what is never dropped unsaid."""

import json
import os
import signal
import time

from bench import Area, Server, case, check, counts, equal, run, verify

TRAIN = ["--trees", "5", "--depth", "2", "--tree-method", "hist"]
OTHER = """feature amount_now = amount
feature count_1d = count() by account over 1d
"""


def wait(server, words, times=1, seconds=60):
    began = time.monotonic()
    while server.errors().count(words) < times:
        check(time.monotonic() - began < seconds, f"'{words}' did not come: {server.errors()}")
        check(server.isRunning(), f"the server ended: {server.errors()}")
        time.sleep(0.02)


def hang_up(server):
    server.process.send_signal(signal.SIGHUP)


def write(server, text):
    folder = os.path.join(server.data, "features")
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, "card.assay"), "w", encoding="utf-8") as file:
        file.write(text)


def train(data, *more):
    code, out, problem = run(
        "train", "--data", data, "--dialect", "card", "--out", os.path.join(data, "models"),
        "--json", *TRAIN, *more)
    equal(code, 0, f"train ({problem})")
    return json.loads(out)


def fed(area):
    """A data directory with a history and a model."""
    file, data = area.file("past.csv"), area.file("data")
    with open(file, "w", encoding="utf-8") as rows:
        rows.write("TRANSACTION_ID,TX_DATETIME,CUSTOMER_ID,TERMINAL_ID,TX_AMOUNT,TX_FRAUD\n")
        for number in range(300):
            rows.write(f"{number},2026-01-{1 + number // 15:02} 10:00:{number % 15:02},"
                       f"{number % 7},{number % 5},{10 + number % 40},{int(number % 10 == 0)}\n")
    server = Server(area, options=["--segment-mib", "16"])
    server.start()
    equal(server.stop(), 0, "exit code")
    code, _, problem = run("backfill", "--data", data, "--in", file, "--dialect", "card")
    equal(code, 0, f"backfill ({problem})")
    equal(os.path.basename(train(data)["model"]), "card-1", "the model")
    return server


class Payments:
    def __init__(self, server):
        self.session, self.number = server.session(), 0

    def decide(self):
        self.number += 1
        answer = self.session.post("/api/v1/transactions?source=card", {
            "TRANSACTION_ID": f"t{self.number}", "CUSTOMER_ID": "1", "TERMINAL_ID": "2",
            "TX_AMOUNT": 10})
        equal(answer.status, 200, f"{answer}")
        return answer.json

    def model(self, expected, what):
        equal(self.decide()["model"], expected, f"the model {what}")


@case("features that the model does not fit are refused at SIGHUP, until a model fits them")
def changed_features():
    with Area("models") as area:
        server = fed(area)
        server.start()
        payments = Payments(server)
        said = server.errors()
        check("source card is scored by model card-1" in said, said)
        check("without a model, scored by the points of their rules: native, paysim" in said, said)
        models = lambda: counts(server.data).get("model")
        write(server, OTHER)
        hang_up(server)
        wait(server, "source card keeps its features, rules and model: model card-1 was trained on")
        check(f"'assay train --data {server.data} --dialect card --out " in server.errors(),
              server.errors())
        payments.model("card-1", "after features that do not fit")
        # Rotating logs sends the same signal.
        hang_up(server)
        wait(server, "source card keeps its features", 2)
        payments.model("card-1", "after the next signal")
        # As the message says: train on the new features, in the directory of a running server.
        report = train(server.data)
        check(report["features"].endswith("/features/card.assay"), f"features of {report}")
        hang_up(server)
        wait(server, "source card is scored by model card-2")
        payments.model("card-2", "with the new features")
        shown = payments.session.get(f"/api/v1/decisions/t{payments.number}?source=card").json
        equal(list(shown["features"]), ["amount_now", "count_1d"], "features")
        # The file put back: card-1 fits again, and card-2 is passed over, which is said.
        os.remove(os.path.join(server.data, "features", "card.assay"))
        hang_up(server)
        wait(server, "source card is scored by model card-1", 2)
        wait(server, "source card passes over model card-2")
        payments.model("card-1", "after the file was put back")
        equal(server.stop(), 0, "exit code")
        equal(models(), 3, "models put in force")
        verify(server.data)


@case("a newer model is put in force at SIGHUP; one of another name is said to decide for no source")
def newer_model():
    with Area("models") as area:
        server = fed(area)
        train(server.data, "--name", "fraud")
        server.start()
        check("model fraud-1 decides for no source" in server.errors(), server.errors())
        train(server.data, "--eta", "0.3")
        hang_up(server)
        wait(server, "source card is scored by model card-2")
        equal(server.stop(), 0, "exit code")


@case("a start with features that no model fits warns, and so does every start after it")
def start_without_model():
    with Area("models") as area:
        server = fed(area)
        server.start()
        equal(server.stop(), 0, "exit code")
        write(server, OTHER)
        server.start()
        said = server.errors()
        check("WARNING: source card has no model any more: card-1" in said, said)
        check("passes over model card-1" in said, said)
        Payments(server).model(None, "at a start without one")
        equal(server.stop(), 0, "exit code")
        server.start()
        check("passes over model card-1" in server.errors(), server.errors())
        # The features put back while it runs: the model comes back with them.
        os.remove(os.path.join(server.data, "features", "card.assay"))
        hang_up(server)
        wait(server, "source card is scored by model card-1")
        equal(server.stop(), 0, "exit code")
