"""An evaluation over time, whole and without each block of its feature file."""

import json
import struct

from bench import Area, case, check, equal, run, simulate

OPTIONS = ["--protocol", "split", "--trees", "20", "--tree-method", "hist", "--at"]


@case("evaluate --ablate leaves out each block once, and says the same as text and as JSON")
def ablation():
    with Area("evaluate") as area:
        file = area.file("payments.csv")
        simulate(file, 40, 200, "csv", seed=3)
        with open(file, encoding="utf-8") as lines:
            days = sorted({line.split(",")[1][:10] for line in list(lines)[1:]})
        words = ["evaluate", "--data", file, "--dialect", "card", *OPTIONS, days[20]]
        code, out, problem = run(*words, "--ablate", "--json")
        equal(code, 0, f"exit code ({problem})")
        report = json.loads(out)
        found = report["ablation"]
        equal(found["whole"], report["mean"], "the whole set")
        check(0.5 < report["mean"]["auc"] <= 1, f"{report['mean']}")
        equal(sum(row["features"] for row in found["rows"]), found["features"], "features")
        names = [row["block"] for row in found["rows"]]
        check("The card's habits" in names, f"blocks {names}")
        for row in found["rows"]:
            for figure in ("auc", "ap", "cp100"):
                gap = row["figures"][figure] - found["whole"][figure]
                equal(row["difference"][figure], gap, f"{figure} without {row['block']}")
        check(any(row["difference"]["ap"] for row in found["rows"]), "no block changes anything")
        code, out, problem = run(*words, "--ablate")
        equal(code, 0, f"exit code ({problem})")
        table = [line for line in out.splitlines() if line.startswith("| ")]
        equal([line.split(" | ")[0][2:] for line in table[2:]], names, "rows of the table")
        check(f"AP {report['mean']['ap']:.4f}" in out, out)

        code, out, _ = run(*words, "--json")
        equal((code, "ablation" in json.loads(out)), (0, False), "without --ablate")
        code, _, problem = run(*words, "--ablate", "--features", "native")
        equal(code, 1, "a feature file of one block")
        check("one block" in problem, problem)
        return f"{len(names)} blocks of {found['features']} features"


@case("features, train's and evaluate's data may have activities beside them")
def activities():
    with Area("activities") as area:
        payments, logins, out = (
            area.file(name) for name in ("payments.csv", "logins.csv.gz", "vectors"))
        code, _, problem = run(
            "simulate", "--dialect", "native", "--days", "20", "--accounts", "50", "--seed", "3",
            "--out", payments, "--activities", logins)
        equal(code, 0, f"exit code ({problem})")
        features = area.file("logins.assay")
        with open(features, "w", encoding="utf-8") as file:
            file.write("feature n = count() by account over 7d where activity = login\n")
        sums = []
        for more in ([], ["--activities", logins]):
            code, said, problem = run(
                "features", "--data", payments, "--dialect", "native", "--features", features,
                "--out", out, "--json", *more)
            equal(code, 0, f"exit code ({problem})")
            with open(out, "rb") as file:
                sums.append(sum(value for value, in struct.iter_unpack("<f", file.read())))
        check(sums[0] == 0 and sums[1] > 0, f"logins without and with the file: {sums}")
        code, _, problem = run(
            "evaluate", "--data", payments, "--dialect", "native", "--features", features,
            "--protocol", "split", "--at", "2026-01-11", "--activities", payments)
        equal(code, 1, "payments in place of activities")
        check("payments.csv: line 1" in problem, problem)
        return f"{sums[1]:.0f} logins in the windows of {json.loads(said)['rows']} payments"
