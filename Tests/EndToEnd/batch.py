"""Files of transactions: uploads, both modes, crashes, wrong files, and live traffic beside them.

Longer than 400 lines: its cases share the making of files, of jobs and of what they must come to.
"""

import csv
import gzip
import io
import json
import os
import random
import shutil
import socket
import struct
import threading
import time

import retention
from bench import SOAK, Area, Server, case, check, equal, journal, native, verify
from contract_s1_batch import ROOT, finished, rows
from disk import Volume

HEAD = ["transaction_id", "time", "account", "counterparty", "amount", "device"]
UPLOADS = ROOT + "/uploads"


def items(count, seed=1, prefix="t"):
    """Native transactions in the order of time."""
    generator = random.Random(seed)
    start = 1_793_491_200  # 2026-11-01
    found = []
    for n in range(count):
        moment = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(start + n // 4))
        found.append(dict(
            transaction_id=f"{prefix}{n}", time=moment, account=f"A{generator.randrange(200)}",
            counterparty=f"M{generator.randrange(40)}", amount=generator.randrange(1, 900000) / 100,
            device=f"d{generator.randrange(300)}"))
    return found


def table(items, head=HEAD):
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, head, extrasaction="ignore")
    writer.writeheader()
    writer.writerows(items)
    return out.getvalue().encode()


def lines(items):
    return b"\n".join(json.dumps(item).encode() for item in items) + b"\n"


def form(file, name="file.csv", **fields):
    """A multipart body and its type."""
    boundary = "----assay-test"
    parts = []
    for key, value in fields.items():
        parts.append(f'--{boundary}\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n'
                     f"{value}\r\n".encode())
    parts.append(f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{name}"'
                 "\r\nContent-Type: text/csv\r\n\r\n".encode() + file + b"\r\n")
    parts.append(f"--{boundary}--\r\n".encode())
    return b"".join(parts), f"multipart/form-data; boundary={boundary}"


def upload(server, body, query="mode=ingest", type="text/csv", expected=201):
    session = server.session()
    answer = session.post(f"{UPLOADS}?{query}", body, {"Content-Type": type})
    equal(answer.status, expected, f"upload ?{query} ({answer})")
    equal(answer.headers["Connection"], "close", "the connection ends")
    session.close()
    return answer.json


def job_files(server):
    folder = os.path.join(server.data, "batch")
    return sorted(os.listdir(folder)) if os.path.exists(folder) else []


def essence(results):
    return [(row["transaction_id"], row["outcome"], row["score"]) for row in results]


def live(session, items):
    """The same transactions sent as live ones: what their results would say."""
    found = []
    for start in range(0, len(items), 200):
        for row in session.lines("native", [
                json.dumps(item).encode() for item in items[start:start + 200]]):
            found.append((row["transaction_id"], row["outcome"], row["score"]))
    return found


def same(found, wanted, what):
    equal(len(found), len(wanted), f"rows of {what}")
    for (id, outcome, score), (other, its_outcome, its_score) in zip(found, wanted):
        equal((id, outcome, struct.pack("<f", float(score))),
              (other, its_outcome, struct.pack("<f", its_score)), what)


@case("raw, multipart, gzip, chunked, NDJSON, both modes: the same results as the same rows live")
def forms():
    with Area("batch") as area:
        wanted_items = items(3000)
        reference = Server(area, data="live")
        reference.start()
        wanted = live(reference.session(), wanted_items)
        reference.stop()
        text, many = table(wanted_items), lines(wanted_items)
        multipart = form(text, source="native")
        zipped = form(gzip.compress(many), "t.ndjson.gz", mode="score", source="native")
        server = Server(area)
        server.start()
        session = server.session()
        # Scores leave no trace, so they come first; what is ingested again is known.
        ingested = False
        for body, query, type in (
                (text, "mode=score", "text/csv"), (gzip.compress(text), "mode=score", "text/csv"),
                (many, "mode=score", "application/x-ndjson"),
                (many, "mode=score&format=ndjson", "application/octet-stream"),
                (zipped[0], "", zipped[1]),
                ((text[n:n + 9999] for n in range(0, len(text), 9999)), "mode=score", "text/csv"),
                (text, "mode=ingest", "text/csv"), (multipart[0], "mode=ingest", multipart[1]),
                (gzip.compress(many), "mode=ingest&name=x.jsonl.gz", "application/gzip"),
                (text, "mode=score", "text/csv")):
            if not isinstance(body, bytes):
                other = server.session()
                other.connection.request(
                    "POST", f"{UPLOADS}?{query}", body,
                    {"X-API-Key": server.key, "Content-Type": type}, encode_chunked=True)
                response = other.connection.getresponse()
                equal(response.status, 201, "chunked")
                job = json.loads(response.read())
            else:
                job = upload(server, body, query, type)
            done = finished(session, job["job_id"])
            equal((done["status"], done["processed_items"], done["failed_items"], done["progress"]),
                  ("completed", 3000, 0, 100), f"?{query}: {done['error_message']}")
            same(essence(rows(session, job["job_id"])), wanted, f"?{query} {type}")
            ingested = ingested or done["mode"] == "ingest"
            found = len(session.get("/api/v1/transactions").json["transactions"])
            check((found > 0) == ingested, f"{found} decisions behind ?{query}")
        equal(len(session.listing()), 3000, "each row once")
        equal(server.stop(), 0, "exit code")
        equal(verify(server.data)["decisions"], 3000, "decisions in the log")


@case("a column map, a preview that proposes one, and errors by row; formulas do not run")
def maps():
    with Area("batch") as area:
        server = Server(area)
        server.start()
        session = server.session()
        text = ("Datum;x,Kunde,Haendler,Betrag\n").replace(";x", "").encode()
        for n in range(30):
            text += f"{n + 1:02}.10.2026 10:00,K{n % 3},H1,{n}.50\n".encode()
        text += b"32.10.2026 10:00,K1,H1,1\n01.10.2026 10:00,K1,H1\n01.10.2026 10:00,=K1,H1,-4\n"
        map = ('time = "DD.MM.YYYY hh:mm" Datum\naccount = Kunde\ncounterparty = Haendler\n'
               'amount = Betrag\n')
        error = upload(server, text, "source=card", expected=422)
        check("TX_DATETIME" in error["message"] and "Kunde" in error["message"]
              and area.path not in error["message"], f"{error}")
        body, type = form(text, map=map, source="card", mode="ingest")
        answer = session.post(ROOT + "/preview", body, {"Content-Type": type})
        equal(answer.status, 200, f"{answer}")
        shown = answer.json
        equal({row["field"]: row["column"] for row in shown["columns"] if row["column"]},
              {"time": "Datum", "account": "Kunde", "counterparty": "Haendler",
               "amount": "Betrag"}, "columns")
        equal(len(shown["rows"]), 20, "rows")
        equal(shown["rows"][1]["transaction"]["amount"], 1.5, "a row")
        equal(job_files(server), [], "a preview leaves nothing")
        job = upload(server, body, "", type)
        done = finished(session, job["job_id"])
        equal((done["processed_items"], done["failed_items"]), (30, 3), f"{done}")
        errors = rows(session, job["job_id"], "errors")
        equal([(row["row"], row["field"]) for row in errors],
              [("31", "Datum"), ("32", ""), ("33", "Betrag")], "errors")
        equal(rows(session, job["job_id"])[4]["transaction_id"], f"csv_{job['job_id']}_5", "id")

        other = (b"Transaction-Id,Account No,Counter Party,amount_eur,Time Stamp\n"
                 b"=1+1,A1,M1,5,2026-11-01T00:00:00Z\n@x,A1,M1,6,2026-11-01T00:00:01Z\n")
        shown = session.post(ROOT + "/preview?source=native", other,
                             {"Content-Type": "text/csv"}).json
        guessed = {row["field"]: row["column"] for row in shown["columns"] if row["guessed"]}
        equal((guessed.get("account"), guessed.get("amount")), ("AccountNo", "amount_eur"),
              f"{shown}")
        equal(shown["problem"], None, f"{shown}")
        check("amount = amount_eur" in shown["map"], shown["map"])
        body, type = form(other, map=shown["map"])
        job = upload(server, body, "mode=ingest", type)
        finished(session, job["job_id"])
        raw = session.get(f"{ROOT}/jobs/{job['job_id']}/results").body
        check(b"\r\n'=1+1," in raw and b"\r\n'@x," in raw, f"{raw}")
        for bad in ("map=amount", "map=nothing+%3D+x", "mode=learn", "source=nobody", "format=xml"):
            upload(server, text, bad, expected=422)


@case("progress comes as events, to the end; a job that waits, and one that runs, are cancelled")
def cancel():
    with Area("batch") as area:
        server = Server(area)
        server.start()
        session = server.session()
        text = table(items(60_000))
        running, waiting = upload(server, text), upload(server, text, "mode=score")
        equal(session.request("DELETE", f"{ROOT}/jobs/{waiting['job_id']}").json["status"],
              "cancelled", "waiting")
        deadline = time.monotonic() + 30
        while session.get(f"{ROOT}/jobs/{running['job_id']}").json["processed_items"] < 100:
            check(time.monotonic() < deadline, "the job does not begin")
            time.sleep(0.01)
        equal(session.request("DELETE", f"{ROOT}/jobs/{running['job_id']}").json["status"],
              "cancelled", "running")
        done = upload(server, table(items(10, prefix="u")))
        events = session.get(f"{ROOT}/jobs/{done['job_id']}/events")
        equal(events.headers["Content-Type"], "text/event-stream", "events")
        states = [json.loads(line[6:]) for line in events.body.decode().splitlines()
                  if line.startswith("data: ")]
        equal((states[-1]["status"], states[-1]["processed_items"]), ("completed", 10), "the last")
        # One job runs at a time, so the cancelled one has stopped by now.
        stopped = session.get(f"{ROOT}/jobs/{running['job_id']}").json
        count = stopped["processed_items"]
        check(100 <= count < 60_000, f"{stopped}")
        equal(len(rows(session, running["job_id"])), count, "results so far")
        equal(len(session.listing()), count + 10, "decisions")
        equal(session.get(f"{ROOT}/jobs/{waiting['job_id']}").json["processed_items"], 0, "waiting")
        equal(session.request("DELETE", f"{ROOT}/jobs/{running['job_id']}").status, 200, "again")
        equal(session.request("DELETE", f"{ROOT}/jobs/{done['job_id']}").status, 409, "finished")
        equal(server.stop(), 0, "exit code")
        server.start()
        equal(server.session().get(f"{ROOT}/jobs/{running['job_id']}").json["status"], "cancelled",
              "for good")
        return f"stopped behind {count} rows"


@case("kill -9 in the middle of jobs of both modes, again and again: each row once, the same bits")
def kills():
    with Area("batch") as area:
        count, generator = (400_000 if SOAK else 60_000), random.Random(7)
        text = bytearray(table(items(count)))
        text += b"t1,2026-11-01T00:00:00Z,A1,M1,1,d1\nx,2026-11-01T00:00:00Z,A1,M1,oops,d1\n"
        text += table(items(3)).split(b"\n", 1)[1]
        reference = Server(area, data="whole")
        reference.start()
        session = reference.session()
        first = upload(reference, bytes(text), "mode=score")
        wanted = finished(session, first["job_id"], 300)
        expected = session.get(f"{ROOT}/jobs/{first['job_id']}/results").body
        wrong = session.get(f"{ROOT}/jobs/{first['job_id']}/errors").body
        equal((wanted["processed_items"], wanted["failed_items"]), (count + 3, 2), "rows")
        reference.stop()
        found = {}
        for mode in ("ingest", "score"):
            server = Server(area, data=mode)
            server.start()
            session = server.session()
            job = upload(server, bytes(text), f"mode={mode}")["job_id"]
            kills, last = 0, 0
            while True:
                state = session.get(f"{ROOT}/jobs/{job}").json
                if state["status"] == "completed":
                    break
                equal(state["error_message"], None, f"{mode}")
                before = state["processed_items"]
                # What is in flight at two crashes in a row is put in quarantine: rows must come
                # through between two of them.
                if kills < 4 and (before > last or mode == "score"):
                    last = before
                    time.sleep(generator.uniform(0, 0.8))
                    server.kill()
                    server.start()
                    session = server.session()
                    kills += 1
                    after = session.get(f"{ROOT}/jobs/{job}").json["processed_items"]
                    check(after >= before or mode == "score", f"{mode}: {after} behind {before}")
                time.sleep(0.02)
            equal(session.get(f"{ROOT}/jobs/{job}/results").body, expected, f"results of {mode}")
            equal(session.get(f"{ROOT}/jobs/{job}/errors").body, wrong, f"errors of {mode}")
            equal(state["high_risk_items"], wanted["high_risk_items"], f"risky of {mode}")
            equal(server.stop(), 0, "exit code")
            decided = verify(server.data)["decisions"]
            equal(decided, count if mode == "ingest" else 0, f"decisions of {mode}")
            found[mode] = kills
        return f"{count} rows, {found['ingest']} and {found['score']} kills"


@case("an orderly stop: the job goes on at the next start")
def restart():
    with Area("batch") as area:
        server = Server(area)
        server.start()
        session = server.session()
        job = upload(server, table(items(60_000)))["job_id"]
        deadline = time.monotonic() + 30
        while session.get(f"{ROOT}/jobs/{job}").json["processed_items"] < 100:
            check(time.monotonic() < deadline, "the job does not begin")
            time.sleep(0.01)
        equal(server.stop(), 0, "exit code")
        server.start()
        session = server.session()
        equal(finished(session, job)["processed_items"], 60_000, "rows")
        equal(len({row["transaction_id"] for row in rows(session, job)}), 60_000, "results")
        equal(len(session.listing()), 60_000, "decisions")


@case("wrong files: a clear answer, or a failed job that says why; the server goes on")
def wrong():
    with Area("batch") as area:
        server = Server(area, environment={"ASSAY_UPLOAD_MIB": "150", "ASSAY_UNPACKED_MIB": "64"})
        server.start()
        session = server.session()
        good = table(items(50))
        packed = gzip.compress(good)
        head = ",".join(HEAD).encode() + b"\n"
        for body, query, status, word in (
                (b"", "", 422, "empty"), (b"\n\n", "", 422, "empty"),
                (bytes(range(256)) * 9, "", 422, ""), (b"a,b,c\n1,2,3\n", "", 422, "found: a, b, c"),
                (packed[:30], "", 400, ""), (packed[:8] + b"xxxxxxxx" + packed[16:], "", 400, ""),
                (b"x" * (2 << 20), "", 413, "longer"),
                (head.replace(b"device", b"account"), "", 422, "twice"),
                (head.replace(b"device", b"cvv"), "", 422, "verification"),
                (b"x" * (151 << 20), "", 413, "MiB")):
            answer = upload(server, body, query, expected=status)
            check(word in answer["message"], f"{body[:40]}: {answer}")
            check(area.path not in answer["message"], f"{answer}")
        boundary = "multipart/form-data; boundary=b"
        for body, type in ((b"no form", boundary), (b"--b\r\n\r\nx\r\n--b--\r\n", boundary),
                           (form(good)[0][:-9], form(good)[1]),
                           (form(b"x", other="1")[0], form(b"x")[1])):
            upload(server, body, "", type, expected=400)
        upload(server, good, "", "multipart/form-data", expected=422)
        equal(job_files(server), [], "nothing is left of refused files")

        bomb = gzip.compress(head + b"t,2026-11-01T00:00:00Z,A,M,1,d\n" * 2_500_000)
        for body, query, word, done in (
                (head + b"a,2026-11-01T00:00:00Z,A,M,1,d\n" + b"x" * (100 << 20), "", "longer", 1),
                (head + b'a,2026-11-01T00:00:00Z,A,M,1,d\n"open,1,2\n', "", "quote", 1),
                (gzip.compress(table(items(60_000)))[:-4000], "", "cut off", None),
                (b'{"transaction_id":"n1","account":"A","amount":1}\n' + b"[" * (3 << 20),
                 "format=ndjson", "longer", 1),
                (bomb, "mode=score", "unpacks", None)):
            job = upload(server, body, query)
            state = finished(session, job["job_id"], 120)
            equal(state["status"], "failed", f"{body[:60]}")
            check(word in state["error_message"], f"{state['error_message']}")
            check(area.path not in state["error_message"], f"{state['error_message']}")
            if done is not None:
                equal(state["processed_items"], done, f"{state}")
        broken = (b"nonsense\n{}\n[]\n\n" + lines(items(2, prefix="n"))
                  + b'{"transaction_id":"n9","account":"A","amount":"x"}\n\xff\xfe\n')
        state = finished(session, upload(server, broken, "format=ndjson")["job_id"])
        equal((state["status"], state["processed_items"], state["failed_items"]),
              ("completed", 2, 5), f"{state}")
        equal([row["row"] for row in rows(session, state["job_id"], "errors")],
              ["1", "2", "3", "6", "7"], "rows that are wrong")
        check(server.resident_mib() < 400, f"{server.resident_mib()} MiB")
        equal(session.get("/health").status, 200, "health")
        return f"{server.resident_mib():.0f} MiB"


@case("a client that stops in the middle leaves no file; four upload at a time, others wait")
def partial():
    with Area("batch") as area:
        server = Server(area)
        server.start()
        session = server.session()
        head = (f"POST {UPLOADS} HTTP/1.1\r\nHost: a\r\nX-API-Key: {server.key}\r\n"
                "Content-Length: 50000000\r\n\r\n").encode()
        clients = []
        for n in range(4):
            client = socket.create_connection(("127.0.0.1", server.port))
            client.sendall(head + b"x" * 100_000)
            clients.append(client)
        deadline = time.monotonic() + 10
        while len(job_files(server)) < 4:
            check(time.monotonic() < deadline, "four uploads do not begin")
            time.sleep(0.01)
        answer = session.post(UPLOADS, table(items(3)))
        equal((answer.status, bool(answer.headers["Retry-After"])), (503, True), "the fifth")
        for client in clients:
            client.close()
        deadline = time.monotonic() + 10
        while job_files(server):
            check(time.monotonic() < deadline, f"files stay: {job_files(server)}")
            time.sleep(0.01)
        # One that is killed with the server is removed at the next start.
        client = socket.create_connection(("127.0.0.1", server.port))
        client.sendall(head + b"x" * 100_000)
        deadline = time.monotonic() + 10
        while not job_files(server):
            check(time.monotonic() < deadline, "the upload does not begin")
            time.sleep(0.01)
        server.kill()
        client.close()
        server.start()
        equal(job_files(server), [], "files after a restart")
        equal(finished(server.session(), upload(server, table(items(3)))["job_id"])["status"],
              "completed", "an upload after all that")


@case("a full disk: uploads are refused, a running job waits and goes on when there is space")
def full():
    with Area("batch") as area, Volume(area) as volume:
        server = Server(
            area, data=os.path.join(volume.path, "data"), options=["--segment-mib", "16"],
            environment={"ASSAY_RESERVE_MIB": "1"})
        server.start()
        session = server.session()
        text = table(items(8000))
        job = upload(server, text)["job_id"]
        ballast = volume.fill()
        time.sleep(1.5)
        answer = session.post(UPLOADS, text)
        equal((answer.status, bool(answer.headers["Retry-After"])), (503, True), f"{answer}")
        state = session.get(f"{ROOT}/jobs/{job}").json
        check(state["status"] in ("running", "completed"), f"{state}")
        os.remove(ballast)
        state = finished(session, job)
        equal((state["status"], state["processed_items"]), ("completed", 8000), f"{state}")
        equal(len(session.listing()), 8000, "decisions")
        return "while full: " + session.get(ROOT + "/stats").body.decode()[:40]


def plain(count):
    """A table of many rows, made quickly."""
    rows = (f"p{n},{time.strftime('%Y-%m-%dT%H:%M:%SZ', time.gmtime(1_793_491_200 + n // 40))},"
            f"A{n % 977},M{n % 89},{n % 900}.50,d{n % 1009}" for n in range(count))
    return (",".join(HEAD) + "\n" + "\n".join(rows) + "\n").encode()


@case("retention removed the log behind which a job scores: it fails and says so")
def removed():
    with Area("batch") as area:
        library = retention.clock(area)
        server = Server(area, options=retention.OPTIONS)
        session = retention.on(server, library, 0)
        retention.fill(session, 0, 9)
        job = upload(server, plain(1_000_000), "mode=score")["job_id"]
        retention.wait(lambda: session.get(f"{ROOT}/jobs/{job}").json["processed_items"] > 0,
                       "the job's beginning")
        server.kill()
        # Put aside, or the job would be done before anything is removed.
        for name in ("batch", "batch.db"):
            os.rename(os.path.join(server.data, name), area.file(name))
        for day in (0, 20, 30):
            session = retention.on(server, library, day)
            retention.fill(session, day, 20)
            session.listing(until=1 << 62)
            server.stop(60)
        server.options = retention.OPTIONS + ["--retain-mib", "16"]
        session = retention.on(server, library, 31)
        retention.pump(session, "the removal", lambda: retention.segments(server)[0] > 0)
        server.stop(60)
        shutil.rmtree(os.path.join(server.data, "batch"), ignore_errors=True)
        for name in ("batch", "batch.db"):
            os.replace(area.file(name), os.path.join(server.data, name))
        session = retention.on(server, library, 31)
        state = finished(session, job, 60)
        equal(state["status"], "failed", f"{state}")
        check("retention" in state["error_message"], f"{state['error_message']}")
        again = upload(server, plain(10), "mode=score&source=native")["job_id"]
        equal(finished(session, again)["status"], "completed", "a file that is sent again")
        return f"behind {state['processed_items']} rows"


def percentile(times, share):
    times = sorted(times)
    return times[min(len(times) - 1, int(len(times) * share))]


class Traffic:
    """Single live transactions, at a steady rate, over two connections."""

    def __init__(self, server, rate=200):
        self.server, self.rate = server, rate
        self.times, self.problems, self.isOver = [], [], False
        self.fallbacks = 0
        self.threads = [threading.Thread(target=self.run, args=(n,)) for n in range(2)]
        for thread in self.threads:
            thread.start()

    def run(self, number):
        try:
            session, count = self.server.session(), 0
            session.get("/health")
            due = time.monotonic()
            while not self.isOver:
                due += 2 / self.rate
                time.sleep(max(0, due - time.monotonic()))
                began = time.monotonic()
                answer = session.post(
                    "/api/v1/transactions", native(f"live{id(self)}-{number}-{count}"))
                self.times.append(time.monotonic() - began)
                equal(answer.status, 200, f"live ({answer})")
                # Only a deadline of 250 ms that passed is answered otherwise.
                self.fallbacks += answer.json["decided_by"] != "engine"
                count += 1
        except Exception as error:
            self.problems.append(repr(error))

    def stop(self):
        self.isOver = True
        for thread in self.threads:
            thread.join()
        check(not self.problems, f"{self.problems[:3]}")
        return self.times


@case("live traffic goes on beside a job, and is decided by the engine")
def beside():
    with Area("batch") as area:
        server = Server(area)
        server.start()
        session = server.session()
        alone = Traffic(server)
        time.sleep(3)
        before = alone.stop()
        traffic = Traffic(server)
        job = upload(server, table(items(60_000)))["job_id"]
        state = finished(session, job, 120)
        during = traffic.stop()
        equal((state["status"], state["processed_items"]), ("completed", 60_000), f"{state}")
        equal(len(session.listing()), 60_000 + len(before) + len(during), "decisions")
        equal((alone.fallbacks, traffic.fallbacks), (0, 0), "deadlines that passed")
        return (f"p99 {1000 * percentile(before, .99):.1f} ms alone,"
                f" {1000 * percentile(during, .99):.1f} ms beside")


def large(path, size):
    """A CSV of so many bytes, whose rows carry a long note that nobody reads; the rows.

    They go over two years, so that windows forget as they go on."""
    note, count = "n" * 400, 0
    with open(path, "w") as out:
        out.write("transaction_id,time,account,counterparty,amount,device,note\n")
        generator = random.Random(5)
        while out.tell() < size:
            piece = []
            for _ in range(20_000):
                moment = time.strftime(
                    "%Y-%m-%dT%H:%M:%SZ", time.gmtime(1_722_491_200 + count * 15))
                piece.append(
                    f"b{count},{moment},A{generator.randrange(20_000)},M{generator.randrange(2000)}"
                    f",{generator.randrange(1, 90_000) / 100},d{generator.randrange(30_000)},{note}")
                count += 1
            out.write("\n".join(piece) + "\n")
    return count


@case("a large CSV beside live traffic: flat memory, live p99 within 2x; kill -9, each row once")
def soak():
    size = (2 << 30) if SOAK else int(os.environ.get("ASSAY_BATCH_MIB", "48")) << 20
    with Area("batch", os.environ.get("ASSAY_SOAK_FOLDER")) as area:
        path = area.file("large.csv")
        count = large(path, size)
        os.sync()  # The log's syncs would wait for the file.
        server = Server(area)
        server.start()
        traffic = Traffic(server)
        time.sleep(20 if SOAK else 3)
        before = traffic.stop()
        began = time.monotonic()
        idle = server.resident_mib()
        with open(path, "rb") as file:
            connection = server.session(600).connection
            connection.request("POST", UPLOADS + "?mode=ingest&source=card", file, {
                "X-API-Key": server.key, "Content-Type": "text/csv",
                "Content-Length": str(os.path.getsize(path))})
            answer = connection.getresponse()
            equal(answer.status, 201, "upload")
            job = json.loads(answer.read())["job_id"]
        uploaded, sent = server.resident_mib(), time.monotonic() - began
        traffic, memory = Traffic(server), []
        session = server.session()
        began, killed, rate = time.monotonic(), False, 0
        during, late = [], 0
        while True:
            state = session.get(f"{ROOT}/jobs/{job}").json
            memory.append((state["processed_items"], server.resident_mib()))
            if state["status"] not in ("pending", "running"):
                break
            if not killed and state["processed_items"] > count // 2:
                rate = state["processed_items"] / (time.monotonic() - began)
                during = traffic.stop()
                late = traffic.fallbacks
                server.kill()
                server.start()
                session, killed = server.session(), True
                traffic = Traffic(server)
            time.sleep(0.1)
        during += traffic.stop()
        late += traffic.fallbacks
        equal((state["status"], state["processed_items"], state["failed_items"]),
              ("completed", count, 0), f"{state}")
        check(killed, "the job was not killed in the middle")
        results = session.get(f"{ROOT}/jobs/{job}/results").body
        ids = [line.split(b",", 1)[0] for line in results.split(b"\r\n")[1:-1]]
        equal(ids, [b"b%d" % n for n in range(count)], "each row once, in order")
        equal(server.stop(), 0, "exit code")
        quiet, busy = percentile(before, .99), percentile(during, .99)
        decided = sum(kind == "decision" for _, kind, _ in journal(server.data)) if not SOAK else 0
        if not SOAK:
            check(decided >= count, f"{decided} decisions")
        peak = max(resident for _, resident in memory)
        said = (f"{size >> 20} MiB, {count} rows, {count / 1e6:.2f} M; upload {sent:.1f} s"
                f" ({idle:.0f} -> {uploaded:.0f} MiB resident), {rate:.0f} rows/s beside live,"
                f" peak {peak:.0f} MiB, live p50 {1000 * percentile(before, .5):.2f} ->"
                f" {1000 * percentile(during, .5):.2f} ms, p99 {1000 * quiet:.2f} ->"
                f" {1000 * busy:.2f} ms, {late} of {len(during)} deadlines passed; resident MiB by"
                f" rows: {', '.join(f'{n}: {m:.0f}' for n, m in memory[::max(1, len(memory) // 8)])}")
        if SOAK:
            check(busy <= 2 * quiet + 0.002, f"p99: {said}")
        return said
