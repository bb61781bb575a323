"""An evaluation over time, whole and without each block of its feature file."""

import json

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
