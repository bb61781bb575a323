"""The reads of S1's services: what its clients see of analytics, ingest, database and model.

Over 400 lines because every row of the contract works out by hand, beside its case, what it expects."""

import csv
import datetime
import io
import math
import socket
import statistics

from bench import Area, Server, case, check, equal, run

FIELDS = ["transaction_id", "step", "type", "amount", "nameOrig", "oldbalanceOrg",
          "newbalanceOrig", "nameDest", "oldbalanceDest", "newbalanceDest"]
TYPES = ["PAYMENT", "TRANSFER", "CASH_OUT", "DEBIT"]


def transaction(number, **more):
    amount = round(10.5 * 1.15 ** (number % 60), 2)
    return {"transaction_id": f"t{number}", "step": number % 24, "type": TYPES[number % 4],
            "amount": amount, "nameOrig": f"C{number % 7:09d}",
            "oldbalanceOrg": round(amount * 3, 2), "newbalanceOrig": round(amount * 2, 2),
            "nameDest": f"{'CM'[number % 2]}{number % 5:09d}", "oldbalanceDest": 0.0,
            "newbalanceDest": amount, **more}


def send(session, count, start=0):
    """Scores transactions; they with their results."""
    sent = [transaction(number) for number in range(start, start + count)]
    answer = session.post("/api/v1/score", {"transactions": sent})
    equal(answer.status, 200, f"{answer}")
    results = answer.json["results"]
    equal(len(results), count, "results")
    return sent, results


def flagged(result):
    return result["outcome"] == "decline" or result["risk"] >= 0.5


def get(session, path, status=200):
    answer = session.get("/api/v1/" + path)
    equal(answer.status, status, f"{path}: {answer}")
    return answer.json


def near(found, expected, what, share=1e-5):
    check(math.isclose(found, expected, rel_tol=share, abs_tol=1e-5),
          f"{what}: found {found}, expected {expected}")


def percentile(values, share):
    values = sorted(values)
    rank = share * (len(values) - 1)
    low, high = values[int(rank)], values[min(len(values) - 1, int(rank) + 1)]
    return low + (high - low) * (rank - int(rank))


def today():
    return datetime.datetime.now(datetime.timezone.utc).date()


class Started:
    """A server with a session, and that many scored transactions."""

    def __init__(self, count=0, options=()):
        self.count = count
        self.options = options

    def __enter__(self):
        self.area = Area("contract-s1")
        self.area.__enter__()
        self.server = Server(self.area, options=self.options)
        self.server.start()
        self.session = self.server.session()
        self.sent, self.results = send(self.session, self.count) if self.count else ([], [])
        return self

    def __exit__(self, kind, error, trace):
        self.area.__exit__(kind, error, trace)


@case("S1.10 GET model/health: degraded with 503 as long as there is no model")
def model_health():
    with Started() as started:
        found = get(started.session, "model/health", 503)
        equal({key: found[key] for key in ("status", "service", "version", "model_loaded")},
              {"status": "degraded", "service": "Model Service", "version": "1.0.0",
               "model_loaded": False}, "health")
        check(found["timestamp"] > "2026-", f"{found}")


@case("S1.10, S1.13 with a model: healthy, and its name")
def with_model():
    with Area("contract-s1") as area:
        file, data = area.file("rows.csv"), area.file("data")
        code, _, problem = run(
            "simulate", "--dialect", "paysim", "--days", "20", "--accounts", "200", "--seed", "3",
            "--format", "csv", "--out", file)
        equal(code, 0, f"simulate ({problem})")
        code, _, problem = run(
            "train", "--data", file, "--dialect", "paysim", "--trees", "10", "--depth", "3",
            "--out", data + "/models")
        equal(code, 0, f"train ({problem})")
        server = Server(area)
        server.start()
        session = server.session()
        found = get(session, "model/health")
        equal((found["status"], found["model_loaded"]), ("healthy", True), "health")
        name = get(session, "model/model/info")["model_type"]
        equal(name, "paysim-1", "model")
        send(session, 1)
        equal(get(session, "database/predictions")["predictions"][0]["model_version"], name,
              "predictions name it")


@case("S1.13 GET model/model/info: what scores, on which features")
def model_info():
    with Started() as started:
        found = get(started.session, "model/model/info")
        equal(set(found), {"model_type", "feature_columns", "loaded_at", "service", "n_features",
                           "classes"}, "keys")
        equal(found["model_type"], "scorecard", "without a model")
        check("amount_units" in found["feature_columns"], f"{found}")
        equal((found["n_features"], found["classes"]), (len(found["feature_columns"]), [0, 1]),
              "features and classes")


@case("S1.11 POST model/score and S1.18 POST ingest/score: as score; ingest says who forwarded")
def scores():
    with Started() as started:
        body = {"transactions": [transaction(1)]}
        first = started.session.post("/api/v1/model/score", body).json
        equal(set(first), {"results", "processed_at", "service", "model_version"}, "keys")
        found = started.session.post("/api/v1/ingest/score", dict(body, store=False)).json
        equal(found["forwarded_by"], "Ingest Service", "forwarded_by")
        check(found["forwarded_at"] > "2026-", f"{found}")
        equal(found["results"][0]["risk"], first["results"][0]["risk"], "the first decision again")
        answer = started.session.post("/api/v1/ingest/score", {"transactions": []})
        equal(answer.status, 400, f"{answer}")


@case("S1.16 GET ingest/health: how many transactions are stored")
def ingest_health():
    with Started(7) as started:
        found = get(started.session, "ingest/health")
        equal((found["status"], found["service"], found["model_service_available"],
               found["transactions_stored"]), ("healthy", "Ingest Service", True, 7), "health")


@case("S1.17 POST ingest/ingest and S1.23 POST database/transactions: one transaction, kept")
def store_one():
    with Started() as started:
        session = started.session
        found = session.post("/api/v1/ingest/ingest", {"transaction": transaction(1)})
        equal(found.status, 200, f"{found}")
        equal({key: found.json[key] for key in ("status", "transaction_id", "service")},
              {"status": "success", "transaction_id": "t1", "service": "Ingest Service"}, "ingest")
        check(found.json["ingested_at"] > "2026-", f"{found}")
        for body in ({"transaction": transaction(2)}, transaction(3), transaction(3)):
            found = session.post("/api/v1/database/transactions", body)
            equal(found.status, 200, f"{found}")
            equal(set(found.json), {"status", "message", "transaction_id"}, "stored")
        equal(get(session, "ingest/stats")["total_transactions"], 3, "once each")
        for body in ({}, [], "{", {"transaction": {}}, {"transaction": 5},
                     {"transaction": transaction(9, amount=-1)}):
            for path in ("ingest/ingest", "database/transactions"):
                answer = session.post("/api/v1/" + path, body)
                equal(answer.status, 400, f"{path} {body}: {answer}")
                check("error" in answer.json, f"{answer}")
        answer = session.post("/api/v1/database/transactions", transaction(3, amount=5.0))
        equal(answer.status, 409, f"a decided transaction is not changed: {answer}")


@case("S1.19 GET ingest/transactions: pages, newest first; by day; a bad date is 400")
def ingest_list():
    with Started(25) as started:
        session, newest = started.session, list(reversed(started.sent))
        found = get(session, "ingest/transactions")
        equal((found["total"], found["limit"], found["offset"], found["service"]),
              (25, 100, 0, "Ingest Service"), "envelope")
        for row in found["transactions"]:
            check(row.pop("ingested_at") > "2026-", f"{row}")
        equal(found["transactions"], newest, "rows")
        found = get(session, "ingest/transactions?limit=4&offset=20")
        equal([row["transaction_id"] for row in found["transactions"]],
              [row["transaction_id"] for row in newest[20:24]], "a page")
        equal((found["total"], found["limit"], found["offset"]), (25, 4, 20), "its envelope")
        day = today()
        counts = [get(session, f"ingest/transactions?date={day + datetime.timedelta(shift)}")[
            "total"] for shift in (-1, 0, 1)]
        equal(sum(counts), 25, f"by day {counts}")
        equal(len(get(session, "ingest/transactions?date=2020-01-01")["transactions"]), 0, "2020")
        for query in ("date=2026-02-30", "date=yesterday", "date=2026-01-01T00:00:00", "limit=0",
                      "limit=1001", "limit=x", "offset=-1", "offset=100001", "source=nobody"):
            get(session, "ingest/transactions?" + query, 400)


@case("S1.20 GET ingest/stats: counts by type, dates, and amounts with their median")
def ingest_stats():
    with Started(60) as started:
        amounts = [row["amount"] for row in started.sent]
        found = get(started.session, "ingest/stats")
        equal((found["total_transactions"], found["service"]), (60, "Ingest Service"), "total")
        equal(found["transaction_types"], {word: 15 for word in sorted(TYPES)}, "types")
        stats = found["amount_stats"]
        near(stats["mean"], statistics.mean(amounts), "mean")
        near(stats["median"], statistics.median(amounts), "median", 0.01)
        near(stats["min"], min(amounts), "min")
        near(stats["max"], max(amounts), "max")
        near(stats["total"], sum(amounts), "total")
        check(found["date_range"]["earliest"] <= found["date_range"]["latest"], f"{found}")
        check(found["date_range"]["latest"] > "2026-", f"{found}")


@case("S1.21 GET ingest/export: a CSV file of all rows, streamed; 404 of none; no formulas")
def export():
    with Started() as started:
        for path in ("ingest/export", "database/export"):
            get(started.session, path, 404)
        evil = ["=1+1", "+1", "-1", "@x", "a,\"b\"", "plain"]
        sent = [transaction(number, transaction_id=f"e{number}", nameOrig=name)
                for number, name in enumerate(evil)]
        started.session.post("/api/v1/score", {"transactions": sent})
        for start in range(0, 3000, 1000):
            sent += send(started.session, 1000, start)[0]
        for path in ("ingest/export", "database/export"):
            answer = started.server.session().get("/api/v1/" + path)
            equal(answer.status, 200, path)
            check(answer.headers["Content-Type"].startswith("text/csv"), f"{answer.headers}")
            name = answer.headers["Content-Disposition"]
            check(name.startswith("attachment; filename=\"transactions_20"), name)
            check(name.endswith(".csv\""), name)
            rows = list(csv.DictReader(io.StringIO(answer.body.decode(), newline="")))[::-1]
            equal([row["transaction_id"] for row in rows], [row["transaction_id"] for row in sent],
                  "ids, newest first")
            equal([row["nameOrig"] for row in rows[:6]],
                  ["'=1+1", "'+1", "'-1", "'@x", "a,\"b\"", "plain"], "cells")
            equal(list(rows[0])[:10], FIELDS, "columns")
            near(float(rows[9]["amount"]), sent[9]["amount"], "amount")
        get(started.session, "ingest/export?date=never", 400)
        head = f"\r\nHost: localhost\r\nX-API-Key: {started.server.key}\r\n\r\n"
        old = started.server.raw(
            f"GET /api/v1/ingest/export HTTP/1.0{head}".encode(), half=False).partition(
                b"\r\n\r\n")
        check(b"chunked" not in old[0], f"HTTP/1.0 knows no chunks: {old[0]}")
        equal(old[2], answer.body, "the same body, ended by the connection")
        for _ in range(20):
            with socket.create_connection(("127.0.0.1", started.server.port)) as rude:
                rude.sendall(f"GET /api/v1/ingest/export HTTP/1.1{head}".encode())
        equal(get(started.session, "ingest/stats")["total_transactions"], len(sent),
              "after clients that left")


@case("S1.24 GET database/transactions: pages between two dates")
def database_list():
    with Started(12) as started:
        found = get(started.session, "database/transactions?limit=5&offset=2")
        equal((found["count"], found["limit"], found["offset"]), (5, 5, 2), "envelope")
        equal([row["transaction_id"] for row in found["transactions"]],
              [f"t{number}" for number in range(9, 4, -1)], "newest first")
        row = found["transactions"][0]
        equal({key: row[key] for key in FIELDS}, started.sent[9], "fields")
        equal((row["source"], isinstance(row["id"], int)), ("api", True), "columns of the table")
        day, far = today(), datetime.timedelta(2)
        for query, count in ((f"start_date={day - far}", 12), (f"start_date={day + far}", 0),
                             (f"end_date={day - far}", 0), (f"end_date={day + far}", 12),
                             (f"start_date={day - far}&end_date={day + far}", 12)):
            equal(get(started.session, "database/transactions?" + query)["count"], count, query)
        get(started.session, "database/transactions?start_date=soon", 400)


@case("S1.25, S1.26 predictions: the log's own, newest first or of one transaction")
def predictions():
    with Started(12) as started:
        session = started.session
        found = get(session, "database/predictions?limit=5")
        equal((found["count"], len(found["predictions"])), (5, 5), "count")
        for row, sent, result in zip(found["predictions"], reversed(started.sent),
                                     reversed(started.results)):
            equal(row["transaction_id"], sent["transaction_id"], "newest first")
            equal((row["risk_score"], row["prediction"], row["confidence"]),
                  (result["risk"], int(flagged(result)), result["confidence"]), "as answered")
            check({"model_version", "service_used", "created_at"} <= set(row), f"{row}")
        one = get(session, "database/predictions?transaction_id=t3")
        equal([row["transaction_id"] for row in one["predictions"]], ["t3"], "of one")
        equal(get(session, "database/predictions?transaction_id=zz")["count"], 0, "of none")
        mine = {"transaction_id": "t3", "risk_score": 0.99, "prediction": 1}
        for body in ({"prediction": mine}, mine):
            answer = session.post("/api/v1/database/predictions", body)
            equal((answer.status, answer.json["status"]), (200, "success"), f"{answer}")
        equal(get(session, "database/predictions?transaction_id=t3"), one, "nothing is overwritten")
        for body, status in ((dict(mine, transaction_id="zz"), 404), ({}, 400), ("[", 400)):
            answer = session.post("/api/v1/database/predictions", body)
            equal(answer.status, status, f"{body}: {answer}")


@case("S1.27 GET database/statistics and database/health")
def database_statistics():
    with Started(40) as started:
        amounts = [row["amount"] for row in started.sent]
        found = get(started.session, "database/statistics")
        check(found["timestamp"] > "2026-", f"{found}")
        rows = found["statistics"]["transactions"]
        equal((rows["total_transactions"], rows["unique_types"]), (40, 4), "counts")
        near(rows["avg_amount"], statistics.mean(amounts), "average")
        near(rows["min_amount"], min(amounts), "least")
        near(rows["max_amount"], max(amounts), "most")
        check(rows["earliest"] <= rows["latest"], f"{rows}")
        frauds = sum(flagged(result) for result in started.results)
        made = found["statistics"]["predictions"]
        equal((made["total_predictions"], made["fraud_predictions"],
               made["legitimate_predictions"]), (40, frauds, 40 - frauds), "predictions")
        near(made["avg_risk_score"], statistics.mean(r["risk"] for r in started.results), "risk")
        equal(sorted((row["type"], row["count"]) for row in found["statistics"][
            "transaction_types"]), sorted((word, 10) for word in TYPES), "types")
        health = get(started.session, "database/health")
        equal((health["status"], health["database_path"]), ("healthy", "decisions.sqlite"), "health")
        check(health["database_size"] > 0, f"{health}")


@case("S1.29 GET analytics/fraud-trends: by day, with a summary; without data an error of 200")
def fraud_trends():
    with Started() as started:
        equal(get(started.session, "analytics/fraud-trends"),
              {"error": "No prediction data available"}, "no data")
        _, results = send(started.session, 50)
        found = get(started.session, "analytics/fraud-trends?days=2")
        days, summary = found["trends"], found["summary"]
        equal(sum(day["total_transactions"] for day in days), 50, "transactions")
        equal(sum(day["fraud_count"] for day in days), sum(map(flagged, results)), "frauds")
        check(days[-1]["date"] in {str(today()), str(today() - datetime.timedelta(1))}, f"{days}")
        if len(days) == 1:
            risks = [result["risk"] for result in results]
            near(days[0]["avg_risk_score"], statistics.mean(risks), "mean")
            near(days[0]["risk_std"], statistics.stdev(risks), "deviation", 1e-3)
        for day in days:
            near(day["fraud_rate"], day["fraud_count"] / day["total_transactions"], "rate")
        equal(set(summary), {"total_days", "avg_daily_transactions", "avg_fraud_rate",
                             "peak_fraud_rate", "lowest_fraud_rate"}, "summary")
        near(summary["avg_daily_transactions"], 50 / len(days), "a day")
        for query in ("days=0", "days=x", "days=99999"):
            get(started.session, "analytics/fraud-trends?" + query, 400)


@case("S1.30 GET analytics/transaction-patterns: types, percentiles within 1 %, the largest")
def patterns():
    with Started() as started:
        check("error" in get(started.session, "analytics/transaction-patterns"), "no data")
        sent, _ = send(started.session, 300)
        found = get(started.session, "analytics/transaction-patterns")
        for word in TYPES:
            rows = [row for row in sent if row["type"] == word]
            amounts = [row["amount"] for row in rows]
            kind = found["transaction_types"][word]
            equal(kind["count"], len(rows), "count")
            near(kind["avg_amount"], statistics.mean(amounts), "average")
            near(kind["median_amount"], statistics.median(amounts), "median", 0.01)
            near(kind["amount_std"], statistics.stdev(amounts), "deviation")
            near(kind["avg_old_balance"], statistics.mean(r["oldbalanceOrg"] for r in rows), "old")
            near(kind["avg_new_balance"], statistics.mean(r["newbalanceOrig"] for r in rows), "new")
        amounts = [row["amount"] for row in sent]
        spread = found["amount_distribution"]
        for name in ("p25", "p50", "p75", "p90", "p95", "p99"):
            near(spread["percentiles"][name], percentile(amounts, int(name[1:]) / 100), name, 0.01)
        near(spread["mean"], statistics.mean(amounts), "mean")
        near(spread["std"], statistics.stdev(amounts), "std")
        odd = found["anomalies"]
        near(odd["high_amount_threshold"], percentile(amounts, 0.99), "threshold", 0.01)
        check(len(odd["high_amount_transactions"]) <= 10, f"{odd}")
        for row in odd["high_amount_transactions"]:
            equal(set(row), set(FIELDS), "fields")
            check(row["amount"] > odd["high_amount_threshold"], f"{row}")
        equal((found["summary"]["total_transactions"], found["summary"]["unique_types"]), (300, 4),
              "summary")


@case("S1.31 GET analytics/risk-distribution: ten bins, three levels, statistics")
def risk_distribution():
    with Started() as started:
        check("error" in get(started.session, "analytics/risk-distribution"), "no data")
        _, results = send(started.session, 200)
        risks = [result["risk"] for result in results]
        found = get(started.session, "analytics/risk-distribution")
        bins = found["distribution"]["bins"]
        equal([item["range"] for item in bins],
              [f"{low / 10:.1f}-{(low + 1) / 10:.1f}" for low in range(10)], "ranges")
        equal([item["count"] for item in bins],
              [sum(low / 10 <= risk < (low + 1) / 10 for risk in risks) for low in range(10)], "bins")
        equal(found["distribution"]["total_predictions"], 200, "total")
        for name, low, high in (("low", 0, .5), ("medium", .5, .8), ("high", .8, 1.01)):
            level = [risk for risk in risks if low <= risk < high]
            equal(found["risk_levels"][name]["count"], len(level), name)
            near(found["risk_levels"][name]["percentage"], len(level) / 2, name)
            near(found["risk_levels"][name]["avg_score"], sum(level) / max(1, len(level)), name)
        numbers = found["statistics"]
        near(numbers["mean_risk_score"], statistics.mean(risks), "mean")
        near(numbers["std_risk_score"], statistics.stdev(risks), "std", 1e-3)
        near(numbers["min_risk_score"], min(risks), "min")
        near(numbers["max_risk_score"], max(risks), "max")
        check(abs(numbers["median_risk_score"] - statistics.median(risks)) <= 0.01, f"{numbers}")


@case("S1.32 GET analytics/model-performance and S1.33 dashboard-summary, without a cache")
def performance():
    with Started(100) as started:
        found = get(started.session, "analytics/model-performance")
        frauds = sum(map(flagged, started.results))
        equal((found["total_predictions"], found["fraud_predictions"],
               found["legitimate_predictions"]), (100, frauds, 100 - frauds), "predictions")
        near(found["fraud_rate"], frauds / 100, "rate")
        high = sum(result["risk"] >= 0.8 for result in started.results)
        equal(found["risk_statistics"]["high_risk_count"], high, "high")
        near(found["risk_statistics"]["high_risk_percentage"], high, "percentage")
        check({"average_risk_score", "medium_risk_count", "low_risk_count"}
              <= set(found["risk_statistics"]), f"{found}")
        equal(found["service_usage"], {"Model Service": 100}, "usage")
        send(started.session, 10, 1000)
        found = get(started.session, "analytics/dashboard-summary")
        equal(set(found), {"fraud_trends", "risk_distribution", "model_performance",
                           "generated_at"}, "parts")
        equal(found["model_performance"]["total_predictions"], 110, "fresh")
        equal(found["risk_distribution"]["distribution"]["total_predictions"], 110, "fresh")


@case("analytics/trends and analytics/quality: by hour, day, channel, outcome; labels move figures")
def native():
    with Started(120) as started:
        session = started.session
        frauds = set(range(0, 120, 6))
        session.label([{"source": "paysim", "transaction_id": f"t{number}",
                        "fraud": number in frauds} for number in range(0, 120, 2)])
        hits = {number for number, result in enumerate(started.results) if flagged(result)}

        def quality():
            answer = session.get("/api/v1/analytics/quality?source=paysim")
            equal(answer.status, 200, f"{answer}")
            return answer.json

        known = quality()["decisions"]["labelled"]
        equal((known["fraud"], known["legitimate"]), (20, 40), "labels")
        equal(known["caught"], len(frauds & hits), "caught")
        amount = sum(started.sent[number]["amount"] for number in frauds & hits)
        near(known["caught_amount"], amount, "caught amount")
        for row in quality()["thresholds"]:
            above = {number for number, result in enumerate(started.results)
                     if result["risk"] >= row["threshold"]}
            labelled = {number for number in above if number % 2 == 0}
            equal((row["flagged"], row["caught"], row["false_alarms"]),
                  (len(above), len(above & frauds), len(labelled - frauds)), f"{row}")
            near(row["recall"], len(above & frauds) / 20, f"{row}")
        session.label([{"source": "paysim", "transaction_id": "t0", "fraud": False}])
        known = quality()["decisions"]["labelled"]
        equal((known["fraud"], known["legitimate"]), (19, 41), "after a correction")
        for dimension in ("channel", "outcome"):
            for by in ("hour", "day"):
                found = session.get(
                    f"/api/v1/analytics/trends?source=paysim&by={by}&dimension={dimension}").json
                equal(sum(row["count"] for row in found["periods"]), 120, f"{by} {dimension}")
                check(all(dimension in row for row in found["periods"]), f"{found}")
        equal(sum(row["count"] for row in found["amounts"]), 120, "amounts")
        for query in ("", "source=nobody", "source=paysim&by=week", "source=paysim&from=x",
                      "source=paysim&dimension=user", "source=paysim&from=2020-01-01",
                      "source=paysim&from=2026-01-02&to=2026-01-01"):
            answer = session.get("/api/v1/analytics/trends?" + query)
            equal(answer.status, 422, f"{query}: {answer}")


@case("figures are the same after a crash, and after the projection is made again from the log")
def crash():
    with Started(300) as started:
        paths = ("analytics/transaction-patterns", "analytics/risk-distribution", "ingest/stats",
                 "analytics/quality?source=paysim")
        started.session.label([{"source": "paysim", "transaction_id": f"t{number}", "fraud": True}
                               for number in range(40)])
        before = [get(started.session, path) for path in paths]
        started.server.kill()
        started.server.start()
        session = started.server.session()
        equal([get(session, path) for path in paths], before, "after a crash")
        equal(session.post("/api/v1/projections/decisions/rebuild", {}).status, 202, "rebuild")
        for _ in range(100):
            if [get(session, path) for path in paths] == before:
                return
        raise AssertionError("not the same after a rebuild")
