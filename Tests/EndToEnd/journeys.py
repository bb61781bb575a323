"""What a new user meets: jobs that could not take a row, forms as curl sends them, and defaults."""

import json

from bench import Area, Server, case, check, equal, run, simulate
from contract_s1_batch import ROOT, finished

UPLOADS = ROOT + "/uploads"
NATIVE = "time,account,counterparty,amount,fraud\n"
ROW = "2026-01-01T00:00:0{n}Z,a,b,{amount},0\n"


def send(server, parts, expected=201):
    """A form of parts (name, file's name or none, content)."""
    boundary, body = "----assay-test", b""
    for name, file, content in parts:
        more = f'; filename="{file}"\r\nContent-Type: application/octet-stream' if file else ""
        body += (f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"{more}\r\n\r\n'
                 f"{content}\r\n").encode()
    body += f"--{boundary}--\r\n".encode()
    session = server.session()
    answer = session.post(UPLOADS, body, {
        "Content-Type": f"multipart/form-data; boundary={boundary}"})
    equal(answer.status, expected, f"upload ({answer})")
    session.close()
    return answer.json


def done(server, parts):
    return finished(server.session(), send(server, parts)["job_id"])


@case("a job without a row that could be taken failed; one with some says how many; maps may be files")
def jobs():
    with Area("journeys") as area:
        server = Server(area)
        server.start()
        rows = "".join(ROW.format(n=n, amount=5) for n in range(3))
        wrong = "".join(ROW.format(n=n, amount="five") for n in range(3))
        for mode in ("score", "ingest"):
            job = done(server, [("mode", None, mode), ("file", "a.csv", NATIVE + wrong)])
            equal((job["status"], job["failed_items"]), ("failed", 3), f"{job}")
            check(job["error_message"].startswith(
                "none of the 3 rows could be taken, the first was row 1: amount: "), f"{job}")
            job = done(server, [("mode", None, mode),
                                ("file", "a.csv", NATIVE + rows + ROW.format(n=4, amount="x"))])
            equal((job["status"], job["failed_items"]), ("completed", 1), f"{job}")
            check("1 of 4 rows failed, the first was row 4" in job["note"], f"{job}")
            equal(job["error_message"], None, f"{job}")
            equal("labels were not taken" in job["note"], mode == "ingest", f"{job}")
        job = done(server, [("file", "a.csv", (NATIVE + rows).replace(",fraud", ",x"))])
        equal((job["status"], job.get("note")), ("completed", None), f"{job}")
        mapped = (NATIVE + rows).replace("amount", "Betrag").replace("fraud", "Betrug")
        for name in (None, "bank.columns"):
            job = done(server, [("map", name, "amount = Betrag\n"), ("file", "a.csv", mapped)])
            equal((job["status"], job["failed_items"]), ("completed", 0), f"map, {name}: {job}")
            # Labels that somebody names are not left aside unsaid.
            parts = [("map", name, 'amount = Betrag\nlabel = "1" Betrug\n')]
            answer = send(server, [*parts, ("mode", None, "ingest"), ("file", "a.csv", mapped)], 422)
            equal(answer["field"], "map", f"{answer}")
            check("names a column of labels" in answer["message"], f"{answer}")
            equal(done(server, [*parts, ("file", "a.csv", mapped)])["status"], "completed", "score")
        answer = send(server, [("mode", None, "live"), ("file", "a.csv", NATIVE + rows)], 422)
        equal(answer["field"], "mode", f"{answer}")
        session = server.session()
        for path, body, field in (
            ("/api/v1/keys", {"name": "", "scopes": ["read"]}, "name"),
            ("/api/v1/keys", {"name": "a", "scopes": ["nothing"]}, "scopes"),
            ("/api/v1/keys", {"name": "a", "scopes": ["read"], "colour": 1}, "colour"),
            ("/api/v1/erasures", {"source": "card"}, "account"),
            ("/api/v1/webhooks", {"url": "ftp://example.org"}, "url"),
            ("/api/v1/login", {"email": "a@example.org"}, "password")):
            answer = session.post(path, body)
            equal((answer.status, answer.json.get("field")), (422, field), f"{path} {answer}")
        health = session.get("/health").json
        equal((health["version"], health["assay_version"]),
              ("1.0.0", run("version")[1].split()[1].rstrip(",")), f"{health}")
        equal(server.stop(), 0, "exit code")


@case("evaluate takes its folds from the data, measures what train makes, and says what is missing")
def evaluation():
    with Area("journeys") as area:
        file, bare = area.file("all.csv"), area.file("bare.csv")
        simulate(file, 45, 150, "csv", seed=3)
        words = ["--dialect", "card", "--trees", "5", "--tree-method", "hist", "--json"]
        code, out, problem = run("evaluate", "--data", file, *words, "--features", "native")
        equal(code, 0, f"exit code ({problem})")
        starts = [fold["start"] for fold in json.loads(out)["folds"]]
        equal(len(starts), 4, f"{starts}")
        code, deep, problem = run(
            "evaluate", "--data", file, *words, "--features", "native", "--depth", "6")
        equal(json.loads(deep)["folds"], json.loads(out)["folds"], "depth 6 is the default")
        for command in ("train", "evaluate"):
            code, out, _ = run(command, "--help")
            check("depth of a tree (6; forest: 14)" in out, f"help of {command}: {out}")
        code, _, problem = run("evaluate", "--data", file, *words, "--start", "2018-07-25")
        equal(code, 1, "folds before the data")
        check("and the data goes from " in problem and "fewer --folds" in problem, problem)
        code, _, problem = run("evaluate", "--data", file, *words, "--folds", "9")
        equal(code, 1, "more folds than the data has")
        check("9 folds from" in problem, problem)
        with open(file, encoding="utf-8") as lines, open(bare, "w", encoding="utf-8") as some:
            some.write(next(lines).replace("TX_FRAUD", "verdict"))
            some.writelines(lines)
        for command in ("train", "evaluate"):
            code, _, problem = run(command, "--data", bare, *words)
            equal(code, 1, f"{command} without labels")
            check("there is no column of labels: card calls it 'TX_FRAUD'" in problem, problem)
        return f"folds from {starts[0]}"
