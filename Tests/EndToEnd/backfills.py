"""Files of the past fed to a data directory: ids that are made up, conflicts, labels not due yet."""

import json

from bench import Area, case, check, counts, equal, run

HEADER = "time,account,counterparty,amount,fraud\n"


def rows(path, lines, header=HEADER):
    with open(path, "w", encoding="utf-8") as file:
        file.write(header + "".join(line + "\n" for line in lines))
    return path


def feed(data, *files, code=0, more=(), dialect="native"):
    found, out, problem = run("backfill", "--data", data, "--in", *files, "--dialect", dialect,
                              "--json", *more)
    equal(found, code, f"exit code ({problem})")
    return json.loads(out), problem


def payment(day, number, fraud=0, account="a"):
    return f"2026-01-{day:02}T10:00:{number:02}Z,{account},shop,{5 + number},{fraud}"


@case("files without ids never land on one another's rows, and are known when they come again")
def files_without_ids():
    with Area("backfills") as area:
        data = area.file("data")
        first = rows(area.file("first.csv"), [payment(1, n) for n in range(5)] + [payment(20, 9)])
        second = rows(area.file("second.csv"),
                      [payment(2, n, 1, "b") for n in range(5)] + [payment(20, 10)])
        # Two payments that say the same are two.
        twice = rows(area.file("twice.csv"), [payment(21, 1), payment(21, 1)])
        report, _ = feed(data, first)
        equal((report["transactions"], report["labels"]), (6, 5), f"{report}")
        report, _ = feed(data, second)
        equal((report["transactions"], report["known"], report["labels"]), (6, 0, 5), f"{report}")
        report, _ = feed(data, twice)
        equal((report["transactions"], report["known"]), (2, 0), f"{report}")
        for file, count in ((second, 6), (twice, 2), (first, 6)):
            report, _ = feed(data, file)
            equal((report["transactions"], report["known"]), (0, count), f"{file}: {report}")
        # A file that grew tells what is new in it.
        report, _ = feed(data, rows(area.file("first.csv"), [payment(1, n) for n in range(5)]
                                    + [payment(20, 9), payment(22, 1)]))
        equal((report["transactions"], report["known"]), (1, 6), f"{report}")
        # Five frauds, and each on its own row: those of the first file are none.
        code, out, problem = run("train", "--data", data, "--dialect", "native", "--out",
                                 area.file("models"), "--trees", "1", "--json")
        equal((code, json.loads(out)["frauds"]), (0, 5), f"frauds ({problem})")


@case("a backfill whose ids the log has with other content fails and counts them; labels stay off")
def conflicts():
    with Area("backfills") as area:
        data, header = area.file("data"), "transaction_id," + HEADER
        first = rows(area.file("a.csv"), [f"t{n}," + payment(1, n) for n in range(5)], header)
        other = rows(area.file("b.csv"), [f"t{n}," + payment(2, n, 1, "b") for n in range(3, 7)]
                     + ["t9," + payment(20, 1)], header)
        feed(data, first)
        report, problem = feed(data, other, code=1)
        equal((report["transactions"], report["conflicts"]), (3, 2), f"{report}")
        equal(report["conflicting"], ["t3", "t4"], "the ids")
        equal(report["labels"], 2, "labels: those of t5 and t6")
        check("2 transactions were not taken, nor their labels" in problem, problem)
        # The same within one file, whose label falls due in the same batch.
        same = rows(area.file("c.csv"), ["u," + payment(3, 1), "u," + payment(3, 2, 1),
                                         "v," + payment(25, 3)], header)
        report, problem = feed(data, same, code=1)
        equal((report["transactions"], report["conflicts"]), (2, 1), f"{report}")
        code, out, problem = run("train", "--data", data, "--dialect", "native", "--out",
                                 area.file("models"), "--trees", "1", "--json")
        equal((code, json.loads(out)["frauds"]), (0, 2), f"frauds ({problem})")


@case("labels that are not due are counted, come when they are, or at once where that is asked for")
def labels_not_due():
    with Area("backfills") as area:
        data = area.file("data")
        first = rows(area.file("a.csv"), [payment(1, n, n == 0) for n in range(4)]
                     + [payment(9, n, n == 0) for n in range(10)])
        report, problem = feed(data, first)
        equal((report["labels"], report["labelsNotDue"]), (4, 10), f"{report}")
        equal(report["labelsDueUntil"], "2026-01-16T10:00:09Z", f"{report}")
        check("10 labels are not logged: they fall due behind the last transaction" in problem
              and "--all-labels" in problem, problem)
        # Nothing is known of them: neither frauds nor honest.
        words = ["--data", data, "--dialect", "native", "--trees", "1", "--json"]
        code, out, problem = run("train", *words, "--out", area.file("models"))
        done = json.loads(out)
        equal((code, done["rows"], done["frauds"], done["leftOut"]), (0, 4, 1, 10), f"{done}")
        check("10 rows are left out" in problem, problem)
        code, out, problem = run("evaluate", *words, "--protocol", "split", "--at", "2026-01-09")
        equal(code, 1, f"nothing to test on ({problem})")
        report, problem = feed(data, first, more=["--all-labels"])
        equal((report["known"], report["labels"], report["labelsNotDue"]), (14, 14, 0), f"{report}")
        check("not logged" not in problem, problem)
        code, out, problem = run("train", *words, "--out", area.file("models"))
        done = json.loads(out)
        equal((code, done["rows"], done["frauds"], done["leftOut"]), (0, 14, 2, 0), f"{done}")
        # By the source's own watermark all labels of an older file are due at its end.
        older = rows(area.file("b.csv"), [payment(1, 20 + n, 1, "c") for n in range(3)])
        report, _ = feed(data, older)
        equal((report["labels"], report["labelsNotDue"]), (3, 0), f"{report}")


@case("a file without ids that a program of before took is known by its numbers")
def numbered_rows():
    with Area("backfills") as area:
        data, header = area.file("data"), "transaction_id," + HEADER
        lines = [payment(1, n) for n in range(4)]
        # What programs of before made of it: the same rows under `row-N`.
        feed(data, rows(area.file("old.csv"), [f"row-{n}," + line for n, line in enumerate(lines)],
                        header))
        again = rows(area.file("new.csv"), lines + [payment(2, 1)])
        report, _ = feed(data, again)
        equal((report["transactions"], report["known"]), (1, 4), f"{report}")
        report, _ = feed(data, again)
        equal((report["transactions"], report["known"]), (0, 5), f"{report}")
        # Another file: strangers at the same numbers.
        report, _ = feed(data, rows(area.file("other.csv"),
                                    [payment(3, n, 0, "b") for n in range(4)]))
        equal((report["transactions"], report["known"]), (4, 0), f"{report}")
        equal(counts(data)["history"], 9, "past transactions")
