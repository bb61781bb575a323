"""Files and command lines that are no good: each ends a command with its code and its place."""

import gzip
import json

from bad_input import HEADER, ROW, Table
from bench import Area, Server, case, equal, run, verify

# What is wrong, the file's bytes, what the message must name.
FILES = [
    ("an empty file", b"", "empty"),
    ("a missing column", HEADER.replace("TERMINAL_ID,", "") + ROW, "TERMINAL_ID"),
    ("no header", ROW, "TX_DATETIME"),
    ("a column twice", HEADER.replace("TERMINAL_ID", "CUSTOMER_ID"), "CUSTOMER_ID"),
    ("the header again", HEADER + ROW + HEADER, "line 3"),
    ("a row that is short", HEADER + ROW + "2,2026-01-01 00:00:00\n", "line 3"),
    ("a row that is long", HEADER + ROW.replace("\n", ",5\n"), "line 2"),
    ("a quote that stays open", HEADER + ROW + '2,"2026-01-01 00:00:00,1,1,1.00,0\n', "line 3"),
    ("text behind a quote", HEADER + '"1"x,2026-01-01 00:00:00,1,1,1.00,0\n', "line 2"),
    ("a line of 2 MB", HEADER + "1" * 2_000_000 + "\n", "line 2"),
    ("an amount of NaN", HEADER + ROW.replace("1.00", "NaN"), "TX_AMOUNT"),
    ("an amount of 1e400", HEADER + ROW.replace("1.00", "1e400"), "TX_AMOUNT"),
    ("a negative amount", HEADER + ROW.replace("1.00", "-1"), "TX_AMOUNT"),
    ("a label of 2", HEADER + ROW.replace(",0\n", ",2\n"), "TX_FRAUD"),
    ("no time", HEADER + ROW.replace("2026-01-01 00:00:00", ""), "TX_DATETIME"),
    ("a month 13", HEADER + ROW.replace("2026-01-01", "2026-13-01"), "TX_DATETIME"),
    ("no customer", HEADER + ROW.replace(":00,1,", ":00,,"), "CUSTOMER_ID"),
    ("a customer of 5000 bytes", HEADER + ROW.replace(":00,1,", ":00," + "a" * 5000 + ","),
     "CUSTOMER_ID"),
    ("a customer that is no UTF-8", (HEADER + ROW.replace(":00,1,", ":00,\xff,")).encode("latin-1"),
     "CUSTOMER_ID"),
    ("a column of verification codes", HEADER.replace("TX_FRAUD", "CVV") + ROW, "CVV"),
    ("600 columns", HEADER.replace("\n", ",x" * 600 + "\n"), "columns"),
    ("gzip that is cut off", gzip.compress((HEADER + ROW * 5000).encode(), 0)[:100_000], "cut off"),
    ("gzip that is damaged", b"\x1f\x8b\x08\x00" + b"\xff" * 100, "cannot read"),
    ("binary noise", bytes(range(255, -1, -1)) * 50, "UTF-8"),
]


@case("bad files end a command with 1, and the message says where")
def files():
    with Area("files") as area:
        server = Server(area)
        server.start()
        equal(server.stop(), 0, "exit code")
        table = Table()

        def attempt(name, words, code, word):
            table.rows += 1
            found, out, problem = run(*words)
            if found != code or word not in problem:
                table.problems.append(
                    f"{name}: {found} {(out + problem)[:200]!r}, expected {code} naming {word!r}")

        for number, (name, content, word) in enumerate(FILES):
            path = area.file(f"{number}.csv")
            with open(path, "wb") as file:
                file.write(content if isinstance(content, bytes) else content.encode())
            attempt(name, ["features", "--data", path, "--dialect", "card"], 1, word)
        attempt("a directory", ["features", "--data", area.path, "--dialect", "card"], 1, area.path)
        attempt("no file", ["features", "--data", "/nowhere", "--dialect", "card"], 1, "/nowhere")
        attempt("no dialect", ["features", "--data", path, "--dialect", "x"], 64, "--dialect")
        attempt("an unknown option", ["features", "--dta", path], 64, "--dta")
        attempt("an unknown command", ["explode"], 64, "explode")
        attempt("a bad port", ["serve", "--port", "70000"], 64, "port")
        attempt("training on a bad file", ["train", "--data", area.file("1.csv")], 1, "TERMINAL_ID")
        attempt("a bad model", ["score", "--model", area.path, "--in", path, "--out",
                                area.file("out")], 1, "manifest")
        late = area.file("late.csv")
        with open(late, "w", encoding="utf-8") as file:
            file.write(HEADER + ROW + ROW.replace("1,2026", "2,2099"))
        attempt("backfill of the year 2099", ["backfill", "--data", server.data, "--in", late], 1,
                "future")
        table.close()
        verify(server.data)
        return f"{table.rows} files and command lines"


@case("settings and programs that were written on Windows are read as others")
def windows():
    with Area("windows") as area:
        table = Table()

        def said(name, content, *words):
            path = area.file(name)
            with open(path, "wb") as file:
                file.write(content)
            table.rows += 1
            return run(*words, path)

        def settings(name, content, port, level):
            code, out, problem = said(name, content, "config", "--json", "--config")
            found = json.loads(out) if code == 0 else {}
            if (found.get("PORT"), found.get("LOG_LEVEL")) != (port, level):
                table.problems.append(f"{name}: {code} {problem[:200]!r} {found.get('PORT')}")

        plain = b"# first\nPORT=19399\n\n LOG_LEVEL = WARNING \n"
        quoted = b"PORT='19399'\nLOG_LEVEL=\"WARNING\"\n"
        for name, content in [("plain", plain), ("quoted", quoted)]:
            for end in (b"\n", b"\r\n", b"\r"):
                for mark in (b"", b"\xef\xbb\xbf"):
                    settings(f"{name} {end!r} {mark!r}", mark + content.replace(b"\n", end),
                             "19399", "WARNING")
        for name, content, word in [
                ("an open quote", b"PORT=\"19399\r\n", "line 1"),
                ("a name twice", b"PORT=1\r\nPORT=2\r\n", "line 2"),
                ("no name", b"# x\r\nexport PORT=1\r\n", "line 2"),
                ("UTF-16", "PORT=1\n".encode("utf-16"), "UTF-16"), ("no UTF-8", b"\xff", "UTF-8")]:
            code, _, problem = said(name, content, "config", "--config")
            if code == 0 or word not in problem:
                table.problems.append(f"{name}: {code} {problem[:200]!r}, expected {word!r}")
        program = b"# Head.\n\nfeature a=amount # why\nfeature b = 1\n"
        for number, end in enumerate((b"\n", b"\r\n", b"\r")):
            path = f"{number}.assay"
            content = b"\xef\xbb\xbf" + program.replace(b"\n", end)
            code, out, problem = said(path, content, "language", "--check")
            if code or "2 features" not in out:
                table.problems.append(f"--check with {end!r}: {code} {problem[:200]!r}")
            code, _, problem = run("language", "--format", area.file(path))
            with open(area.file(path), "rb") as file:
                laid_out = file.read()
            if code or laid_out != b"# Head.\n\nfeature a = amount  # why\nfeature b = 1\n":
                table.problems.append(f"--format with {end!r}: {code} {problem[:200]!r}")
        table.close()
        return f"{table.rows} files"
