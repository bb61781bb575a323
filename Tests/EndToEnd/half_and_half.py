"""Half of a history backfilled and half served gives the features of one pass, bit for bit."""

import csv
import heapq
import json
import os
import time
from datetime import datetime, timedelta

from bench import SOAK, Area, Server, case, check, counts, equal, float32, run, simulate, verify

DAYS = 30
ACCOUNTS = 600 if SOAK else 150
MATURITY = timedelta(days=7)


class Row:
    def __init__(self, number, fields):
        self.number = number
        self.id = fields["TRANSACTION_ID"]
        self.time = datetime.fromisoformat(fields["TX_DATETIME"])
        label = fields.pop("TX_FRAUD")
        self.labelled, self.fraud = label != "", label == "1"
        fields.pop("campaign")
        self.line = json.dumps(fields).encode()


def rows(path):
    with open(path, newline="", encoding="utf-8") as file:
        return [Row(number, fields) for number, fields in enumerate(csv.DictReader(file))]


def schedule(all):
    """What a source gets in its order: transactions, each after the labels due by then."""
    due, reached = [], datetime.min
    for row in all:
        reached = max(reached, row.time)
        while due and due[0][0] <= reached:
            yield "label", heapq.heappop(due)[2]
        yield "transaction", row
        if row.labelled:
            heapq.heappush(due, (row.time + MATURITY, row.number, row))


def serve(session, events):
    """Posts events in order: transactions one by one or together, labels between them."""
    batch, kind = [], None

    def flush():
        if not batch:
            return
        if kind == "label":
            session.label([
                {"transaction_id": row.id, "source": "card", "fraud": row.fraud} for row in batch])
        else:
            for result in session.lines("card", [row.line for row in batch]):
                check("outcome" in result, f"{result}")
        batch.clear()

    for word, row in events:
        if word != kind or len(batch) == 1000:
            flush()
            kind = word
        batch.append(row)
    flush()


def differences(session, row, expected, names):
    shown = session.get(f"/api/v1/decisions/{row.id}?source=card")
    equal(shown.status, 200, f"decision {row.id}")
    features = shown.json["features"]
    equal(list(features), names, "names")
    return [
        f"{row.id} {name}: served {features[name]}"
        for place, name in enumerate(names)
        if float32(features[name]) != expected[4 * place:4 * place + 4]
        and not (features[name] is None and expected[4 * place:4 * place + 4][2:] == b"\xc0\x7f")
    ]


def known_by_then(file, target, events):
    """The file with the labels that fell due within it, the others left out."""
    due = {row.id for word, row in events if word == "label"}
    with open(file, encoding="utf-8") as all, open(target, "w", encoding="utf-8") as some:
        some.write(next(all))
        some.writelines(
            line if line.split(",", 1)[0] in due else line.rsplit(",", 2)[0] + ",,\n"
            for line in all)
    return target


def digest(report):
    """What a model is: the same for the same matrix, labels and parameters."""
    with open(os.path.join(report["model"], "manifest.json"), encoding="utf-8") as file:
        return json.load(file)["modelSHA256"]


@case("backfilling half and serving half gives the vectors of one pass, bit for bit")
def halves():
    with Area("halves") as area:
        file, first, vectors = area.file("all.csv"), area.file("first.csv"), area.file("vectors")
        simulate(file, DAYS, ACCOUNTS, "csv", seed=7)
        code, out, problem = run(
            "features", "--data", file, "--dialect", "card", "--out", vectors, "--json")
        equal(code, 0, f"features ({problem})")
        names = json.loads(out)["features"]
        with open(vectors, "rb") as data:
            expected = data.read()
        all = rows(file)
        width = 4 * len(names)
        equal(len(expected), width * len(all), "bytes of vectors")

        half = len(all) // 2
        with open(file, encoding="utf-8") as whole, open(first, "w", encoding="utf-8") as part:
            part.writelines(line for number, line in enumerate(whole) if number <= half)
        server = Server(area, options=["--segment-mib", "16"])
        code, out, problem = run(
            "backfill", "--data", server.data, "--in", first, "--dialect", "card", "--json")
        equal(code, 0, f"backfill ({problem})")
        done = json.loads(out)
        equal(done["transactions"], half, "rows of the first half")

        events = list(schedule(all))
        cut = [number for number, (word, _) in enumerate(events) if word == "transaction"][half]
        while events[cut - 1][0] == "label":
            cut -= 1
        equal(sum(word == "label" for word, _ in events[:cut]), done["labels"], "labels backfilled")
        server.start()
        session = server.session()
        began = time.monotonic()
        serve(session, events[cut:])
        seconds = time.monotonic() - began

        past = session.get(f"/api/v1/decisions/{all[0].id}?source=card")
        equal(past.status, 404, "a past transaction has no decision")
        check("history" in past.json["message"], f"{past}")

        served = all[half:]
        sample = served if SOAK else served[::max(1, len(served) // 800)]
        check(len(sample) >= 500, f"only {len(sample)} decisions")
        problems, varied = [], set()
        for row in sample:
            vector = expected[width * row.number:width * (row.number + 1)]
            varied.add(vector)
            problems += differences(session, row, vector, names)
        check(not problems, f"{len(problems)} values differ, first {problems[:5]}")
        check(len(varied) > len(sample) // 2, "the vectors are all alike")
        risk = names.index("merchant_risk_30d")
        fraught = sum(
            expected[width * row.number + 4 * risk:width * row.number + 4 * risk + 4] != bytes(4)
            for row in sample)
        check(fraught > 0, "no vector of the sample shows a fraud")

        def train(*data):
            code, out, problem = run(
                "train", "--data", *data, "--dialect", "card", "--trees", "10", "--depth", "3",
                "--eta", "0.3", "--out", area.file("models"), "--json")
            equal(code, 0, f"train ({problem})")
            return json.loads(out)

        live = train(server.data)
        equal(server.stop(), 0, "exit code")
        verify(server.data)
        logged = counts(server.data)
        equal((logged["history"], logged["decision"]), (half, len(all) - half), "entries")
        trained, passed = train(server.data), train(file)
        end = max(row.time for row in all)
        unknown = sum(row.time + MATURITY > end for row in all)
        for report, where in ((trained, "from the journal"), (live, "beside the server")):
            equal((report["rows"], report["leftOut"]), (len(all) - unknown, unknown),
                  f"rows that training read {where}, and those of which nothing is known yet")
        known = sum(row.fraud for word, row in events if word == "label")
        equal(trained["frauds"], known, "frauds that training read from the journal")
        equal(passed["frauds"], sum(row.fraud for row in all), "frauds of the file")
        check(digest(passed) != digest(trained), "the labels make no difference to the model")
        equal(digest(train(known_by_then(file, area.file("known.csv"), events))),
              digest(trained), "digest of the model of one pass and of the journal's")
        return (f"{len(all)} rows, {len(sample)} decisions x {len(names)} features compared,"
                f" {fraught} with a terminal's frauds; the journal trains the same model;"
                f" second half served in {seconds:.1f} s")
