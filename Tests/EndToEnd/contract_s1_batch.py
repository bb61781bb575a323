"""The contract of S1's batch service: jobs, their state, their statistics."""

import csv
import io
import os
import re
import time

from bench import Area, Server, case, check, equal

ROOT = "/api/v1/batch"
FIELDS = {"job_id", "job_type", "status", "created_at", "started_at", "completed_at", "progress",
          "total_items", "processed_items", "failed_items", "results", "error_message", "data"}


def paysim(number, **more):
    return dict(step=number + 1, type="TRANSFER", amount=100.5 + number, nameOrig=f"C{number}",
                oldbalanceOrg=100.5 + number, newbalanceOrig=0, nameDest="C99",
                oldbalanceDest=0, newbalanceDest=0, **more)


def finished(session, id, seconds=60):
    """A job once nothing more happens to it."""
    deadline = time.monotonic() + seconds
    while True:
        answer = session.get(f"{ROOT}/jobs/{id}")
        equal(answer.status, 200, f"job {id} ({answer})")
        if answer.json["status"] not in ("pending", "running"):
            return answer.json
        check(time.monotonic() < deadline, f"job {id} does not end: {answer}")
        time.sleep(0.02)


def create(session, type, **data):
    answer = session.post(ROOT + "/jobs", {"job_type": type, "data": data})
    equal(answer.status, 201, f"create ({answer})")
    return answer.json


def rows(session, id, file="results"):
    answer = session.get(f"{ROOT}/jobs/{id}/{file}")
    equal((answer.status, len(answer.body)), (200, int(answer.headers["Content-Length"])), file)
    return list(csv.DictReader(io.StringIO(answer.body.decode(), newline="")))


@case("S1.40, S1.41 a job of transactions in the request: created, run, shown with its results")
def transactions():
    with Area("contract-s1-batch") as area:
        server = Server(area)
        server.start()
        session = server.session()
        items = [paysim(n) for n in range(250)]
        items[7]["amount"] = "much"
        items[9]["transaction_id"] = "mine"
        made = create(session, "process_transactions", transactions=items)
        equal(set(made), {"job_id", "status", "message"}, "keys")
        equal(made["status"], "created", "status")
        check(re.fullmatch(r"batch_\d{8}_\d{6}_1", made["job_id"]), made["job_id"])
        job = finished(session, made["job_id"])
        check(FIELDS <= set(job), f"missing: {FIELDS - set(job)}")
        equal((job["job_type"], job["status"], job["progress"], job["error_message"]),
              ("process_transactions", "completed", 100, None), "job")
        equal((job["total_items"], job["processed_items"], job["failed_items"]), (250, 249, 1),
              "items")
        check(job["created_at"] <= job["started_at"] <= job["completed_at"], "times")
        equal(len(job["results"]), 249, "results")
        equal(job["results"][0]["transaction_id"], f"csv_{job['job_id']}_1", "an id of its own")
        equal(job["results"][8]["transaction_id"], "mine", "the sender's id")
        for row in job["results"]:
            equal(row["prediction"], int(row["risk_score"] >= 0.5), f"prediction of {row}")
        errors = rows(session, job["job_id"], "errors")
        equal([(row["row"], row["field"]) for row in errors], [("8", "amount")], "errors")
        listed = {row["transaction_id"] for row in session.listing("paysim")}
        equal(listed, {row["transaction_id"] for row in job["results"]}, "predictions are stored")


@case("S1.40 no type, an unknown type, none, too many or wrong transactions: 400")
def refused():
    with Area("contract-s1-batch") as area:
        server = Server(area, environment={"MAX_BATCH_SIZE": "20"})
        server.start()
        session = server.session()
        good = {"transactions": [paysim(1)]}
        for body in ({}, {"data": good}, {"job_type": "", "data": good},
                     {"job_type": "process_dreams", "data": good},
                     {"job_type": "upload", "data": good},
                     {"job_type": "process_transactions"},
                     {"job_type": "process_transactions", "data": {"transactions": []}},
                     {"job_type": "process_transactions", "data": {"transactions": 7}},
                     {"job_type": "process_transactions",
                      "data": {"transactions": [paysim(n) for n in range(21)]}},
                     {"job_type": "process_csv"}, {"job_type": "process_csv", "data": {}},
                     {"job_type": "process_csv", "data": {"file_path": ""}},
                     {"job_type": "process_csv", "data": {"file_path": "/etc/passwd"}},
                     [], "no json", b"\xff\xfe"):
            answer = session.post(ROOT + "/jobs", body)
            equal(answer.status, 400, f"{body}: {answer}")
            check(answer.json["error"] and answer.json["message"], f"{answer}")
        equal(session.get(ROOT + "/jobs").json["count"], 0, "jobs")
        equal(os.listdir(os.path.join(server.data, "batch"))
              if os.path.exists(os.path.join(server.data, "batch")) else [], [], "files")
        create(session, "process_transactions", transactions=[paysim(n) for n in range(20)])


@case("S1.40, S1.43 a job of a file below BATCH_FOLDER; nothing outside of it is read")
def file():
    with Area("contract-s1-batch") as area:
        folder = area.file("inbox")
        os.mkdir(folder)
        names = ["step", "type", "amount", "nameOrig", "oldbalanceOrg", "newbalanceOrig",
                 "nameDest", "oldbalanceDest", "newbalanceDest"]
        for path in (os.path.join(folder, "a.csv"), area.file("outside.csv")):
            with open(path, "w", newline="") as out:
                writer = csv.DictWriter(out, names)
                writer.writeheader()
                writer.writerows(paysim(n) for n in range(300))
        os.symlink(area.file("outside.csv"), os.path.join(folder, "link.csv"))
        os.mkfifo(os.path.join(folder, "pipe.csv"))
        server = Server(area, environment={"BATCH_FOLDER": folder})
        server.start()
        session = server.session()
        for path in ("../outside.csv", area.file("outside.csv"), "link.csv", "pipe.csv", ".",
                     "none.csv", "/etc/passwd", "a.csv/../../outside.csv"):
            answer = session.post(
                ROOT + "/jobs", {"job_type": "process_csv", "data": {"file_path": path}})
            equal(answer.status, 400, f"{path}: {answer}")
            check(area.path not in answer.body.decode(), f"{path}: {answer} shows a path")
        for path in ("a.csv", os.path.join(folder, "a.csv")):
            id = create(session, "process_csv", file_path=path)["job_id"]
            job = finished(session, id)
            equal((job["status"], job["processed_items"], job["data"]),
                  ("completed", 300, {"file_path": "a.csv"}), f"{job}")
            found = [row["transaction_id"] for row in rows(session, id)]
            equal(found, [f"csv_{id}_{n}" for n in range(1, 301)], "ids")
        equal(sorted(os.listdir(folder)), ["a.csv", "link.csv", "pipe.csv"], "the folder")


@case("S1.42 the list by status and limit, cancelling, statistics; S1.8, S1.5 health")
def lists():
    with Area("contract-s1-batch") as area:
        server = Server(area)
        server.start()
        session = server.session()
        equal(session.get(ROOT + "/stats").json, {
            "total_jobs": 0, "completed_jobs": 0, "failed_jobs": 0, "active_jobs": 0,
            "success_rate": 0, "total_items_processed": 0, "total_items_failed": 0,
            "average_batch_size": 0}, "statistics of nothing")
        ids = [create(session, "process_transactions",
                      transactions=[paysim(n) for n in range(10 * k)])["job_id"]
               for k in (1, 2, 3)]
        for id in ids:
            finished(session, id)
        found = session.get(ROOT + "/jobs").json
        equal([job["job_id"] for job in found["jobs"]], ids[::-1], "newest first")
        equal((found["count"], found["active_jobs"], found["completed_jobs"]), (3, 0, 3), "counts")
        equal(session.get(ROOT + "/jobs?limit=1").json["count"], 1, "limit")
        equal(session.get(ROOT + "/jobs?status=failed").json["count"], 0, "status")
        equal(session.get(ROOT + "/jobs?status=completed").json["count"], 3, "status")
        for query in ("limit=0", "limit=x", "status=lost"):
            equal(session.get(f"{ROOT}/jobs?{query}").status, 400, query)
        equal(session.get(ROOT + "/stats").json, {
            "total_jobs": 3, "completed_jobs": 3, "failed_jobs": 0, "active_jobs": 0,
            "success_rate": 100, "total_items_processed": 60, "total_items_failed": 0,
            "average_batch_size": 20}, "statistics")
        for method, path in (("GET", "/jobs/none"), ("DELETE", "/jobs/none"),
                             ("DELETE", "/jobs/batch_20200101_000000_1"),
                             ("GET", "/jobs/none/results"), ("GET", "/jobs/none/events")):
            equal(session.request(method, ROOT + path).status, 404, f"{method} {path}")
        equal(session.request("DELETE", f"{ROOT}/jobs/{ids[0]}").status, 409, "cancel, finished")
        health = session.get(ROOT + "/health").json
        equal((health["status"], health["service"]), ("healthy", "Batch Service"), "health")
        deadline = time.monotonic() + 20
        while "batch" not in session.get("/services/status").json["services"]:
            check(time.monotonic() < deadline, "the monitor does not know batch")
            time.sleep(0.05)
        equal(session.get("/services/status").json["services"]["batch"]["status"], "healthy", "S1.5")
        session.key = None
        for method, path in (("GET", "/jobs"), ("POST", "/jobs"), ("POST", "/uploads"),
                             ("POST", "/preview"), ("DELETE", f"/jobs/{ids[0]}"),
                             ("GET", f"/jobs/{ids[0]}/results")):
            session = server.session()
            session.key = None
            equal(session.request(method, ROOT + path, "").status, 401, f"{method} {path}")


@case("S1.43 scores of .8 and above are counted, and said once as batch_high_risk")
def high_risk():
    with Area("contract-s1-batch") as area:
        rules = area.file("data", "rules")
        os.makedirs(rules)
        with open(os.path.join(rules, "paysim.assay"), "w") as out:
            out.write("score base: when amount >= 0 add -6\nscore at_once: when amount > 1000 add 9\n")
        server = Server(area)
        server.start()
        session = server.session()
        items = [paysim(n) for n in range(20)]
        for item in items[:3]:
            item["amount"] = 5000
        job = finished(session, create(
            session, "process_transactions", transactions=items)["job_id"])
        high = sum(row["risk_score"] >= 0.8 for row in job["results"])
        equal((job["high_risk_items"], high), (3, 3), "risky")
        said = [alert for alert in session.get("/api/v1/alerts?kind=system").json["alerts"]
                if alert["type"] == "batch_high_risk"]
        equal(len(said), 1, f"alerts ({said})")
        check(job["job_id"] in said[0]["message"] and " 3 " in said[0]["message"], f"{said[0]}")


@case("S1.43 the last 100 jobs are kept, with their files")
def kept():
    with Area("contract-s1-batch") as area:
        server = Server(area)
        server.start()
        session = server.session()
        ids = []
        for n in range(104):
            ids.append(create(session, "process_transactions",
                              transactions=[paysim(n, transaction_id=f"k{n}")])["job_id"])
            if n % 40 == 39:
                finished(session, ids[-1])
        finished(session, ids[-1])
        deadline = time.monotonic() + 10
        while session.get(ROOT + "/jobs?limit=200").json["count"] > 100:
            check(time.monotonic() < deadline, "old jobs stay")
            time.sleep(0.05)
        equal(session.get(f"{ROOT}/jobs/{ids[3]}").status, 404, "an old one")
        equal(session.get(f"{ROOT}/jobs/{ids[4]}").status, 200, "the oldest that is kept")
        deadline = time.monotonic() + 5
        while len(os.listdir(os.path.join(server.data, "batch"))) > 100:
            check(time.monotonic() < deadline, "old files stay")
            time.sleep(0.05)
        equal(server.stop(), 0, "exit code")
        server.start()
        session = server.session()
        equal([job["job_id"] for job in session.get(ROOT + "/jobs?limit=200").json["jobs"]],
              ids[:3:-1], "after a restart")
