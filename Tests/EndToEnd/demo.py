"""The demo's population on a day after those that its model learnt: what a bank would see."""

import csv
import json

from bench import Area, Server, case, check, equal, run

DAYS, ACCOUNTS = 16, 2000


@case("the demo's cards look like a bank's for a whole day: few payments are held up in any hour")
def normal_day():
    with Area("demo") as area:
        file, past = area.file("all.csv"), area.file("past.csv")
        code, _, problem = run(
            "simulate", "--dialect", "card", "--days", str(DAYS + 1), "--accounts", str(ACCOUNTS),
            "--seed", "8", "--start", "2026-01-01", "--out", file)
        equal(code, 0, f"simulate ({problem})")
        with open(file, newline="", encoding="utf-8") as lines:
            rows = list(csv.DictReader(lines))
        day = f"2026-01-{DAYS + 1:02}"
        with open(file, encoding="utf-8") as lines, open(past, "w", encoding="utf-8") as some:
            some.writelines(line for line in lines if f",{day}" not in line)
        server = Server(area)
        code, _, problem = run("backfill", "--data", server.data, "--in", past, "--dialect", "card")
        equal(code, 0, f"backfill ({problem})")
        code, _, problem = run(
            "train", "--data", past, "--dialect", "card", "--tree-method", "hist", "--depth", "3",
            "--out", server.data + "/models")
        equal(code, 0, f"train ({problem})")
        server.start()
        session, shares = server.session(), []
        today = [row for row in rows if row["TX_DATETIME"].startswith(day)]
        for hour in range(0, 24, 3):
            batch = []
            for row in today:
                if hour <= int(row["TX_DATETIME"][11:13]) < hour + 3:
                    fields = {name: value for name, value in row.items()
                              if name not in ("TX_FRAUD", "campaign")}
                    batch.append(json.dumps(fields).encode())
            results = session.lines("card", batch) if batch else []
            held = sum(result["outcome"] in ("review", "decline") for result in results)
            check(held <= 2 + 0.05 * len(results), f"{hour} h: {held} of {len(results)} held up")
            shares.append(f"{held}/{len(results)}")
        check(len(today) > ACCOUNTS // 2, f"{len(today)} payments")
        return "held up in three hours each: " + ", ".join(shares)
