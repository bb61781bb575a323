"""A decision of the past is explained: over HTTP, beside a live server, and after its end."""

import json
import os

from bench import KEY, Area, Server, case, check, equal, run, simulate

CARD = "/api/v1/transactions?source=card"


def train(area, models, kind):
    file = area.file("past.csv")
    simulate(file, 30, 100, "csv", seed=4)
    os.makedirs(models, mode=0o700)
    code, _, problem = run(
        "train", "--model", kind, "--data", file, "--dialect", "card", "--trees", "40", "--depth",
        "6", "--out", models)
    equal(code, 0, f"train ({problem})")


def explain(id, *words, code=0):
    found, out, problem = run("explain", id, "--json", *words)
    equal(found, code, f"exit code of explain {id} {words} ({problem})")
    return json.loads(out) if code == 0 else problem


def payment(number, **more):
    return dict(transaction_id=f"p{number}", account=f"C{number % 7}", counterparty=f"T{number % 5}",
                amount=10 + 13 * number, **more)


def explained(kind, link):
    with Area(f"explain-{kind}") as area:
        train(area, area.file("data", "models"), kind)
        server = Server(area)
        server.start()
        session = server.session()
        first = [session.post(CARD, payment(n)).json for n in range(60)]
        session.label([dict(transaction_id="p7", source="card", fraud=True)])
        last = session.get("/api/v1/decisions/p7?source=card").json

        def same(found, replay, label="fraud"):
            equal(found["verified"], dict(vector=True, score=True, replay=replay), "verified")
            equal(found["outcome"], first[7]["outcome"], "outcome")
            equal(found["score"], first[7]["score"], "score")
            equal(found["model"], "card-1", "model")
            equal(found["link"], link, "link")
            equal(found["position"], first[7]["position"], "position")
            equal(found["label"], label, "label")
            equal(set(found["features"]), set(found["expressions"]), "features with expressions")
            check(found["expressions"]["amount_units"] == "amount", found["expressions"])
            total = sum(found["contributions"].values())
            check(abs(total - found["margin"]) < 1e-4, f"{total} is not {found['margin']}")
            equal(set(found["contributions"]) - {"base"}, set(found["features"]), "contributions")
            equal({k: v for k, v in found.items() if k != "verified"},
                  {k: v for k, v in last.items() if k != "verified"}, "what HTTP says")

        same(last, None)
        url = f"http://127.0.0.1:{server.port}"
        same(explain("p7", "--url", url, "--key", KEY), None)
        same(explain("p7", "--data", server.data), None)
        same(explain("p7", "--data", server.data, "--verify", "--source", "card"), True)
        check("no such" in explain("p99", "--url", url, "--key", KEY, code=1), "unknown over HTTP")
        check("no decision" in explain("p99", "--data", server.data, code=1), "unknown id")
        explain("p7", "--data", server.data, "--source", "native", code=1)
        explain("p7", "--data", server.data, "--source", "nobody", code=64)
        code, out, _ = run("explain", "p7", "--data", server.data)
        equal(code, 0, "exit code")
        for word in ("p7: ", "card-1", "margin", "amount", "vector the same", "label: fraud"):
            check(word in out, f"{word!r} is not in {out}")
        # The last payments are in the log only: the store has not followed, and then it is gone.
        server.kill()
        for name in os.listdir(server.data):
            if name.startswith("decisions.sqlite"):
                os.remove(os.path.join(server.data, name))
        same(explain("p7", "--data", server.data, "--verify"), True)
        server.start()
        equal(server.stop(), 0, "exit code")
        return f"score {last['score']}, {len(last['features'])} features"


@case("a decision by boosted trees is explained with and without its server")
def boosted():
    return explained("boosted", "logistic")


@case("a decision by a forest is explained with and without its server")
def forest():
    return explained("forest", "share")


@case("a decision without a model is explained by its scorecard")
def scorecard():
    with Area("explain-score") as area:
        server = Server(area)
        server.start()
        session = server.session()
        for number in range(5):
            session.post(CARD, payment(number))
        found = explain("p3", "--data", server.data, "--verify")
        equal(found["verified"], dict(vector=True, score=None, replay=True), "verified")
        equal((found["model"], found["degraded"]), (None, "no model"), "model")
        equal(server.stop(), 0, "exit code")
