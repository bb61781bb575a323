"""POST /api/v1/score as S1.6, S1.11 and S1.12 of the reference systems have it."""

from bench import Area, Server, case, check

TRANSACTION = {
    "transaction_id": "s1-1", "step": 0, "type": "TRANSFER", "amount": 181.0,
    "nameOrig": "C1231006815", "oldbalanceOrg": 181.0, "newbalanceOrig": 0.0,
    "nameDest": "C553264065", "oldbalanceDest": 0.0, "newbalanceDest": 0.0,
}


def post(session, transactions):
    answer = session.post("/api/v1/score", {"transactions": transactions})
    return answer.status, answer.json


@case("score answers in the shape of the reference system")
def shape():
    with Area("score") as area:
        server = Server(area)
        server.start()
        session = server.session()
        status, body = post(session, [TRANSACTION])
        check(status == 200, f"{status} {body}")
        check({"results", "processed_at", "service", "model_version"} <= set(body), f"{body}")
        check(body["service"] == "Model Service" and body["model_version"] == "1.0.0", f"{body}")
        result = body["results"][0]
        check(result["transaction_id"] == "s1-1", f"{result}")
        check(0 <= result["risk"] <= 1, f"{result}")
        check(result["prediction"] == (1 if result["risk"] >= 0.5 else 0), f"{result}")
        check(abs(result["confidence"] - max(result["risk"], 1 - result["risk"])) < 1e-6, f"{result}")


@case("score takes all five types, a missing id, and fails bad items alone")
def items():
    with Area("score") as area:
        server = Server(area)
        server.start()
        session = server.session()
        kinds = ["PAYMENT", "TRANSFER", "CASH_OUT", "DEBIT", "CASH_IN"]
        sent = [dict(TRANSACTION, transaction_id=f"k{i}", type=k) for i, k in enumerate(kinds)]
        nameless = {k: v for k, v in TRANSACTION.items() if k != "transaction_id"}
        bad = dict(TRANSACTION, transaction_id="bad", type="GIFT")
        status, body = post(session, sent + [nameless, bad])
        check(status == 200 and len(body["results"]) == 7, f"{status} {body}")
        for result in body["results"][:6]:
            check(result.get("risk") is not None, f"{result}")
        check(body["results"][5]["transaction_id"], "a missing id is not made up")
        last = body["results"][6]
        check(last["transaction_id"] == "bad" and last["risk"] is None, f"{last}")
        check(last["prediction"] is None and last["error"] == "Invalid transaction data", f"{last}")


@case("score refuses what is no list of 1 to 1000 transactions")
def refusals():
    with Area("score") as area:
        server = Server(area)
        server.start()
        session = server.session()
        for body, word in (({}, "Invalid request"), ({"transactions": 5}, "Invalid request"),
                           ({"transactions": []}, "Invalid transactions"),
                           ({"transactions": [TRANSACTION] * 1001}, "Invalid transactions")):
            answer = session.post("/api/v1/score", body)
            check(answer.status == 400 and answer.json["error"] == word, f"{answer}")
        check(server.stop() == 0, "exit code")
