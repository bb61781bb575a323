"""The contract of S0's Frodo: what its dashboard and its clients fetch."""

from bench import Area, Server, case, check, equal

PATH = "/api/v1/transactions?source=anonymised"


def row(number):
    return {"Time": number, **{f"V{n}": n / 10 for n in range(1, 29)}, "Amount": 10 + number}


@case("S0.1 GET / names the service in JSON to who asks for JSON, and is a page to browsers")
def root():
    with Area("contract-frodo") as area:
        server = Server(area, key=None)
        server.start()
        session = server.session()
        answer = session.request("GET", "/", headers={"Accept": "application/json"})
        equal((answer.status, set(answer.json)), (200, {"message"}), f"{answer}")
        check("Assay" in answer.json["message"], f"{answer}")
        for accept in ("text/html,application/xhtml+xml,application/json;q=0.9", "*/*"):
            answer = session.request("GET", "/", headers={"Accept": accept})
            check(answer.headers["Content-Type"].startswith("text/html"), f"{answer.headers}")


@case("S0.27 GET and POST /api/fetch: entries of number, time, amount and class, newest first")
def fetch():
    with Area("contract-frodo") as area:
        server = Server(area)
        server.start()
        session = server.session()
        for number in range(3):
            answer = session.post(PATH, row(number), {"Idempotency-Key": f"k{number}"})
            equal(answer.status, 200, f"{answer}")
        session.post(PATH, row(3))
        for method in ("GET", "POST"):
            answer = session.request(method, "/api/fetch")
            equal(answer.status, 200, f"{answer}")
            found = answer.json["entries"]
            check(isinstance(found[0].pop("transactionID"), int), f"a counted id: {found[0]}")
            equal([entry.get("transactionID") for entry in found[1:]],
                  ["key-k2", "key-k1", "key-k0"], "ids that clients gave")
            equal([(entry["time"], entry["amount"], entry["results"]) for entry in found],
                  [(3, 13, 0), (2, 12, 0), (1, 11, 0), (0, 10, 0)], "entries, newest first")
