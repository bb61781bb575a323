"""The pages for people: each curl of docs/api.md works, and docs/troubleshooting.md has what is really said.

Longer than 400 lines: a table of what is put in place of the examples, and one line for each message.
"""

import glob
import gzip
import json
import os
import re
import shutil
import sqlite3
import subprocess
import time

from bench import KEY, ROOT, Area, Server, case, check, equal, native, run
from roles import SERVICES, addresses

PASSWORD = "at least 8 bytes"
# What a user would put in place of what the page shows: pattern, replacement. `{names}` are those
# of `Reader.values`. The first that fits comes first; all are used.
SUBSTITUTIONS = [
    (r"localhost:8000", "localhost:{port}"),
    (r"localhost:8001", "localhost:{model}"),
    (r"localhost:8002", "localhost:{analytics}"),
    (r"localhost:8003", "localhost:{database}"),
    (r"localhost:8004", "localhost:{notification}"),
    (r"localhost:8005", "localhost:{batch}"),
    (r"localhost:8006", "localhost:{monitoring}"),
    (r"localhost:9001", "localhost:{ingest}"),
    (r"/batch/jobs/batch_20260131_235959_7", "/batch/jobs/{job}"),
    (r"/erasures/4711", "/erasures/{erasure}"),
    # The first alert is one of a payment; that of a price comes behind it.
    (r'"id":1}', '"id":2}'),
    (r'"st_…"', '"{setup}"'),
    (r'"password":"…"', f'"password":"{PASSWORD}"'),
    (r'"old":"…","new":"…"', '"old":"{password}","new":"another of 8 bytes"'),
]
# Statuses beyond 2xx that the text beside a curl allows, by the end of its address.
ALSO = {
    "/quarantine/5f3a/release": {404},
    "/model/health": {503},
    # One that has run to its end meanwhile.
    "/batch/jobs/batch_20260131_235959_7": {409},
    # As long as nothing was given up.
    "/dead-letters/5/replay": {404},
}
# Routes that another route's curl shows, and those that no curl can use.
SHOWN_BY_ANOTHER = [
    r"/api/v1/(analytics|ingest|database|model|monitoring|notifications)/.*",
    r"/services/status", r"/alerts/fetch_all/?", r"/api/v1/batch/(jobs|stats|health|preview)",
    r"/(openapi|asyncapi)\.json", r"/docs(/.*)?", r"/", r"/api/", r"/ws", r"/api/ws",
]
# The routes of these have curls of their own all the same.
NEED_THEIR_OWN = ["/api/v1/analytics/trends", "/api/v1/analytics/quality"]
STREAM_SECONDS = 2


def page(name):
    with open(os.path.join(ROOT, "docs", name), encoding="utf-8") as file:
        return file.read()


def commands(text):
    """The commands of the blocks that have a curl, in their order."""
    for block in re.findall(r"^```[a-z]*\n(.*?)^```$", text, re.M | re.S):
        if not re.match(r"(curl|[A-Z]+=\$\(curl)\b", block):
            continue
        command = ""
        for line in block.splitlines():
            command += line + "\n"
            whole = not line.endswith("\\") and subprocess.run(
                ["bash", "-n"], input=command.encode(), capture_output=True).returncode == 0
            if whole:
                if command.strip():
                    yield command.strip()
                command = ""
        check(not command, f"a command has no end: {command}")


class Reader:
    """One who tries the page from top to bottom."""

    def __init__(self, area, server, ports):
        self.area, self.server = area, server
        with open(server.out, encoding="utf-8") as file:
            setup = re.search(r"st_[\w-]+", file.read())
        self.values = dict(ports, port=server.port, setup=setup.group(), password=PASSWORD)
        self.variables = {"KEY": KEY, "TOKEN": ""}

    def sign_in(self):
        """Another token where the last one has ended, as the page says that it does."""
        session = self.server.session()
        session.key = None
        mine = {"Authorization": "Bearer " + self.variables["TOKEN"]}
        if session.request("GET", "/api/v1/me", headers=mine).status == 200:
            return
        answer = session.post("/api/v1/login", {
            "email": "root@example.org", "password": self.values["password"]})
        equal(answer.status, 200, f"another login ({answer})")
        self.variables["TOKEN"] = answer.json["token"]

    def filled(self, command):
        if "/batch/jobs/batch_20260131_235959_7" in command:
            jobs = self.server.session().get("/api/v1/batch/jobs").json["jobs"]
            self.values["job"] = jobs[0]["job_id"]
        if "/erasures/4711" in command:
            answer = self.server.session().post(
                "/api/v1/erasures", {"source": "card", "account": "nobody"})
            self.values["erasure"] = answer.json["position"]
        for pattern, text in SUBSTITUTIONS:
            for name, value in self.values.items():
                text = text.replace("{" + name + "}", str(value))
            command = re.sub(pattern, lambda _: text, command)
        return command

    def run(self, command):
        """Runs one command; its statuses and what it printed."""
        if "$TOKEN" in command:
            self.sign_in()
        text = self.filled(command)
        check("…" not in text, f"nothing stands for … in: {text}")
        streams = re.search(r"curl\b[^|]*\s-\w*N", text) is not None
        script = (
            "curl() { command curl --max-time %d --write-out '%%{stderr}@@%%{http_code}\\n' \"$@\"; }\n"
            "%s\nprintf '%%s' \"$TOKEN\" > token\n" % (STREAM_SECONDS if streams else 30, text))
        done = subprocess.run(
            ["bash", "-c", script], capture_output=True, cwd=self.area.path, timeout=60,
            env=dict(os.environ, **self.variables))
        with open(self.area.file("token"), encoding="utf-8") as file:
            self.variables["TOKEN"] = file.read()
        if "/api/v1/password" in text:
            self.values["password"] = "another of 8 bytes"
        statuses = [int(one) for one in re.findall(rb"@@(\d+)", done.stderr)]
        return text, statuses, done.stdout.decode(errors="replace")[:300]


def operation(text):
    """The method and the path of a curl."""
    method = re.search(r"-X\s*([A-Z]+)", text)
    word = method.group(1) if method else (
        "POST" if re.search(r"\s(-d|--data[\w-]*|--json|-F)\s", text) else "GET")
    path = re.search(r"localhost:\d+(/[^\s'\"?]*)?", text).group(1) or "/"
    return word.lower(), path


def started(area, variables):
    """A server with S1's ports; another program's tests may have those of pages for a moment."""
    end = time.monotonic() + 90
    while True:
        server = Server(area, options=["--compat-ports"], environment=variables)
        try:
            server.start()
            return server
        except AssertionError as error:
            if "Address already in use" not in str(error) or time.monotonic() > end:
                raise
            time.sleep(1)


def files(area):
    """What the curls of files send."""
    table = "TRANSACTION_ID,TX_DATETIME,CUSTOMER_ID,TERMINAL_ID,%s\nb1,2026-01-01 00:00:00,1,2,3.00\n"
    with open(area.file("payments.csv"), "w", encoding="utf-8") as file:
        file.write(table % "Betrag")
    with gzip.open(area.file("payments.csv.gz"), "wt", encoding="utf-8") as file:
        file.write(table % "TX_AMOUNT")


@case("each curl of docs/api.md works as it stands there, and each route has one")
def curls():
    check(shutil.which("jq"), "jq is not installed (Scripts/bootstrap --test)")
    with Area("curls") as area:
        ports, variables = addresses(SERVICES)
        server = started(area, variables)
        session = server.session()
        session.lines("native", [json.dumps(native(f"n{k}")).encode() for k in range(20)])
        session.lines("card", [json.dumps(native(f"c{k}", counterparty="M1")).encode()
                               for k in range(20)])
        session.post("/api/v1/transactions?source=payment", {
            "transaction_id": 1, "user_id": "A1", "card_number": "4111111111111111", "amount": 900})
        files(area)
        reader = Reader(area, server, ports)
        problems, used, count = [], [], 0
        for command in commands(page("api.md")):
            text, statuses, out = reader.run(command)
            count += 1
            path = operation(command)[1]
            allowed = {status for end, more in ALSO.items() if path.endswith(end) for status in more}
            good = statuses and all(200 <= one < 300 or one in allowed for one in statuses)
            if not good:
                problems.append(f"{statuses} {text!r}: {out}")
            used.append(operation(text))
        check(not problems, "\n".join([f"{len(problems)} curls fail:"] + problems))
        check(count > 30, f"only {count} curls were found")
        missing = []
        for path, methods in session.get("/openapi.json").json["paths"].items():
            form = re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(path))
            for method in methods:
                shown = any(word == method and re.fullmatch(form, one) for word, one in used)
                # Of two methods that do the same, one is enough.
                other = path in ("/api/fetch", "/tokentest") and any(
                    re.fullmatch(form, one) for _, one in used)
                general = path not in NEED_THEIR_OWN and any(
                    re.fullmatch(one, path) for one in SHOWN_BY_ANOTHER)
                if not (shown or other or general):
                    missing.append(f"{method.upper()} {path}")
        check(not missing, f"routes without a curl on the page: {', '.join(missing)}")
        equal(server.stop(), 0, "exit code")
        return f"{count} curls"


class Page:
    """The messages of the page; `…` stands for anything."""

    def __init__(self):
        self.text = page("troubleshooting.md")
        self.spans = [span for span in re.findall(r"`([^`\n]+)`", self.text)
                      if len(span.replace("…", "").strip()) >= 6]
        forms = ["(?s:.+)".join(re.escape(part) for part in span.split("…"))
                 for span in self.spans]
        self.forms = [re.compile(form) for form in forms]

    def has(self, message):
        return any(form.fullmatch(message) for form in self.forms)


def messages_of_gateway():
    """What the sources of the gateway answer with, `…` where a value stands."""
    form = re.compile(
        r"(?:fail|appendFailure|AccountRefusal)\(\s*(?:(?:[\w.]+|tooMany \? 413 : 400),\s*){0,2}"
        r'"[^"\n]*",\s*"((?:\\\([^\n]*?\)+|[^"\\\n])*)"')
    for path in glob.glob(os.path.join(ROOT, "Sources/Services/Gateway/**/*.swift"), recursive=True):
        with open(path, encoding="utf-8") as file:
            for message in form.findall(file.read()):
                yield re.sub(r"\\\(.*?\)+", "5", message)


@case("S2.12 docs/troubleshooting.md has each message of the gateway's sources, and each alert")
def complete():
    known = Page()
    messages = sorted(set(messages_of_gateway()))
    check(len(messages) > 40, f"only {len(messages)} messages were found")
    missing = [one for one in messages if not known.has(one)]
    with open(os.path.join(ROOT, "Sources/Adapters/HTTP/Refusal.swift"), encoding="utf-8") as file:
        words = set(re.findall(r': "([a-z_]+)"\n', file.read()))
    missing += [word for word in words if f"`{word}`" not in known.text]
    with open(os.path.join(ROOT, "Deploy/prometheus/rules.yml"), encoding="utf-8") as file:
        alerts = re.findall(r"- alert: (\w+)", file.read())
    missing += [alert for alert in alerts if f"| `{alert}` |" not in known.text]
    check(not missing, f"not on the page: {missing}")
    return f"{len(messages)} messages, {len(alerts)} alerts"


class Found:
    """What was seen, and what of it is not on the page."""

    def __init__(self):
        self.page, self.count, self.problems = Page(), 0, []

    def message(self, text, where):
        self.count += 1
        if not self.page.has(text):
            self.problems.append(f"{where}: {text!r}")

    def answer(self, answer, status, word, where):
        """An error of the interface: its status, its word and its message."""
        equal((answer.status, answer.json.get("error")), (status, word), f"{where} ({answer})")
        self.message(answer.json["message"], where)
        self.stands(f"{status} `{word}`", where)

    def stands(self, text, where):
        """A row may name several statuses."""
        status, word = text.split(" ", 1)
        row = any(word in line.split(" | ")[0] and status in line.split(" | ")[0]
                  for line in self.page.text.splitlines() if line.startswith("| "))
        if not row:
            self.problems.append(f"{where}: no row of {text}")

    def command(self, code, word, *words, environment=None):
        """A command that ends with an error; its message, without the program's name."""
        found, out, problem = run(*words, environment=environment)
        lines = [line for line in problem.splitlines() if line and not line.startswith("(")]
        equal(found, code, f"{' '.join(words)}: {out}{problem}")
        check(word in problem, f"{' '.join(words)}: {problem}, expected {word!r}")
        self.message(lines[0].split(": ", 1)[1], " ".join(words))

    def line(self, errors, word):
        """A line of the log, without time and level."""
        lines = [line for line in errors.splitlines() if word in line]
        check(lines, f"{word!r} is not in {errors}")
        self.message(re.sub(r"^\S+ [A-Z]+ +", "", lines[0]), word)

    def done(self):
        check(not self.problems, "not on the page:\n" + "\n".join(self.problems))
        return f"{self.count} messages"


@case("S2.12 what the interface answers stands on the page")
def answers():
    found = Found()
    with Area("answers") as area:
        server = Server(area)
        server.start()
        session, plain = server.session(), server.session()
        plain.key = None
        one = "/api/v1/transactions"
        session.post(one, native("t1"))
        future = native("t2", time="2099-01-01T00:00:00Z")
        for answer, status, word in [
                (plain.get("/api/v1/me"), 401, "Authentication required"),
                (plain.request("GET", "/api/v1/me", headers={"X-API-Key": "no"}),
                 401, "Invalid API key"),
                (plain.request("GET", "/api/v1/me", headers={"Authorization": "Bearer a.b.c"}),
                 401, "Invalid token"),
                (session.get("/none"), 404, "Not found"),
                (session.request("PUT", "/health"), 405, "Method not allowed"),
                (session.post(one, "{"), 400, "malformed"),
                (session.post(one, "[]"), 400, "malformed"),
                (session.post(one, [native(f"m{n}") for n in range(1001)]), 413, "too_large"),
                (session.post(one, {"account": "A"}), 422, "invalid"),
                (session.post(one, {"account": "A", "amount": -1}), 422, "invalid"),
                (session.post(one, native("t2", cvv="1")), 422, "forbidden"),
                (session.post(one, native("t2", other=1)), 422, "invalid"),
                (session.post(one + "?source=none", native("t2")), 422, "invalid"),
                (session.post(one, future), 422, "invalid"),
                (session.post(one, native("t1", amount=11)), 409, "conflict"),
                (session.post("/api/v1/score", {}), 400, "Invalid request"),
                (session.post("/api/v1/score", {"transactions": []}), 400, "Invalid transactions"),
                (session.post("/api/v1/labels", {"transaction_id": "none", "fraud": True}),
                 404, "Not found"),
                (session.post("/api/v1/labels", {"transaction_id": "t1"}), 422, "invalid"),
                (session.get("/api/v1/decisions/none"), 404, "Not found"),
                (session.get(one + "?limit=0"), 422, "invalid"),
                (session.get("/api/v1/analytics/trends"), 422, "invalid"),
                (session.get("/api/v1/ingest/export?date=2020-01-01"), 404, "Not found"),
                (session.get("/api/v1/monitoring/alerts?severity=x"), 400, "Invalid severity"),
                (session.post("/api/v1/logout", ""), 403, "Forbidden"),
                (session.post("/api/v1/keys", {}), 422, "invalid"),
                (plain.post("/api/v1/login", {"email": "a@b.c", "password": "wrong one"}),
                 401, "Login failed"),
                (plain.post("/api/v1/setup", {
                    "token": "st_x", "email": "a@b.c", "password": PASSWORD}), 403, "Forbidden"),
                (session.get("/ws"), 426, "Upgrade required")]:
            found.answer(answer, status, word, f"{status} {word}")
        issued = session.post("/api/v1/keys", {
            "name": "slow", "scopes": ["read"], "rate": {"requests": 1, "seconds": 60}})
        slow = {"X-API-Key": issued.json["key"]}
        found.answer(plain.request("POST", one, json.dumps(native("t3")), slow),
                     403, "Forbidden", "scope")
        found.answer(plain.request("GET", one, headers=slow), 429, "Rate limit exceeded", "rate")
        found.answer(plain.request("GET", "/health", headers={"X-Long": "a" * 200_000}),
                     431, "head_too_large", "a long head")
        equal(server.stop(), 0, "exit code")
    return found.done()


@case("S2.12 what the program says at its start, and in its log, stands on the page")
def starts():
    found = Found()
    with Area("starts") as area:
        server = Server(area)
        server.start()
        equal(server.session().post("/api/v1/transactions", native("t1")).status, 200, "status")
        data = server.data
        fresh = ["--data", area.file("fresh")]
        found.command(1, "already in use", "serve", *fresh, "--port", str(server.port))
        found.command(1, "another running", "serve", "--data", data, "--port", "0")
        found.command(64, "unknown option", "serve", "--prot", "1")
        found.command(64, "number from", "serve", "--port", "many")
        found.command(64, "unknown command", "sevre")
        found.command(64, "needs FRONTEND_API_KEY", "serve", *fresh, "--address", "0.0.0.0")
        found.command(64, "16 bytes", "serve", *fresh, environment={"SECRET_KEY": "short"})
        found.command(64, "ASSAY_SERVICE_KEY", "serve", *fresh, "--role", "gateway")
        found.command(64, "no role", "serve", *fresh, "--role", "none")
        found.command(1, "data directory", "serve", "--data", "/proc/none", "--port", "0")
        found.command(1, "is not a data", "replay", "--data", area.file("nothing"))
        found.command(64, "--url needs", "projection", "list", "--url", "http://localhost:1")
        found.command(1, "connect", "projection", "list", "--url", "http://localhost:1",
                      "--key", "x")
        found.command(1, "does not answer", "top", "--once", "--url", "http://localhost:1")
        with open(area.file("settings"), "w", encoding="utf-8") as file:
            file.write("COLOUR=red\n")
        found.command(64, "line 1", "serve", *fresh, "--config", area.file("settings"))
        # A mistake in a live server's rules leaves those in force.
        os.mkdir(os.path.join(data, "rules"))
        rules = os.path.join(data, "rules", "native.assay")
        with open(rules, "w", encoding="utf-8") as file:
            file.write("rule r: when amout > 1 then review\n")
        server.process.send_signal(1)
        end = time.monotonic() + 20
        while "keeps its features" not in server.errors() and time.monotonic() < end:
            time.sleep(0.05)
        found.line(server.errors(), "keeps its features")
        equal(server.stop(), 0, "exit code")
        found.command(1, "did you mean", "serve", "--data", data, "--port", "0")
        os.remove(rules)
        # Stores of a later program: nothing is started, and nothing of them is lost.
        for name in ("decisions.sqlite", "identity.db", "alerts.db", "batch.db"):
            store = os.path.join(data, name)
            database = sqlite3.connect(store)
            known = database.execute("PRAGMA user_version").fetchone()[0]
            database.execute("PRAGMA user_version = 99")
            database.execute("CREATE TABLE kept (x)")
            database.close()
            found.command(1, f"{name}: it has version 99, this program knows versions up to {known}",
                          "serve", "--data", data, "--port", "0")
            database = sqlite3.connect(store)
            equal(database.execute("SELECT count(*) FROM kept").fetchone(), (0,), name)
            database.execute("DROP TABLE kept")
            database.execute(f"PRAGMA user_version = {known}")
            database.close()
        # A store of no program is made again.
        store = os.path.join(data, "decisions.sqlite")
        with open(store, "r+b") as file:
            file.write(b"no database at all")
        server.start()
        found.line(server.errors(), "store is damaged")
        server.kill()
        model = os.path.join(data, "models", "m-1")
        os.makedirs(model)
        with open(os.path.join(model, "manifest.json"), "w", encoding="utf-8") as file:
            file.write("{}")
        found.command(1, "manifest", "serve", "--data", data, "--port", "0")
        shutil.rmtree(model)
        key = os.path.join(data, "keys", "token")
        os.rename(key, area.file("token"))
        found.command(1, "beside a log", "serve", "--data", data, "--port", "0")
        check(not os.path.exists(key), "a new key was made")
        with open(key, "wb") as file:
            file.write(b"short")
        found.command(1, "expected", "serve", "--data", data, "--port", "0")
        os.replace(area.file("token"), key)
        segment = sorted(glob.glob(os.path.join(data, "journal", "*.journal")))[0]
        with open(segment, "r+b") as file:
            file.seek(300)
            file.write(b"XXXX")
        found.command(1, "restore this segment", "serve", "--data", data, "--port", "0")
        with open(segment, "r+b") as file:
            file.write(b"XXXX")
        found.command(1, "head is damaged", "serve", "--data", data, "--port", "0")
    return found.done()


# S0.16 and S1.48: each variable of theirs, with a value that is not the default.
VARIABLES = {
    "SECRET_KEY": "a signing key of some length", "JWT_SECRET_KEY": "a signing key of some length",
    **{f"{name}_KEY": "a key of some length" for name in (
        "FRONTEND_API", "API_GATEWAY", "ADMIN_API", "TEST_API")},
    "RATE_LIMIT_REQUESTS": "7", "RATE_LIMIT_WINDOW": "7", "MAX_BATCH_SIZE": "7", "BATCH_TIMEOUT": "7",
    "MONITORING_INTERVAL": "7", "ALERT_CPU_THRESHOLD": "7", "ALERT_MEMORY_THRESHOLD": "7",
    "ALERT_DISK_THRESHOLD": "7", "ALERT_RESPONSE_TIME_THRESHOLD": "7", "EMAIL_USERNAME": "user",
    "EMAIL_PASSWORD": "secret", "FROM_EMAIL": "a@example.org", "SMTP_SERVER": "mail.example.org",
    "SMTP_PORT": "2525", "LOG_LEVEL": "DEBUG", "LOG_FILE": "some.log",
    "CORS_ORIGIN": "https://desk.example.org",
    **{f"{name}_SERVICE_URL": "http://127.0.0.1:7777" for name in (
        "MODEL", "INGEST", "ANALYTICS", "DATABASE", "NOTIFICATION", "BATCH", "MONITORING")},
    "API_GATEWAY_URL": "http://127.0.0.1:7777",
}
WITHOUT_EFFECT = ["DATABASE_URL", "DB_URI", "MODEL_PATH", "MODEL_VERSION", "environment", "FLASK_APP",
                  "DEBUG", "TESTING"]


@case("S0.16, S1.48 each variable of the environment is followed, or docs/environment.md says why not")
def environment():
    text = page("environment.md")
    used, unused = text.split("These have no effect here")
    clean = {name: "" for name in list(VARIABLES) + WITHOUT_EFFECT}
    code, usual, _ = run("config", environment=clean)
    equal(code, 0, "exit code")
    for name, value in VARIABLES.items():
        check(f"`{name}`" in used, f"{name} is not on the page")
        code, found, errors = run("config", environment={**clean, name: value})
        equal(code, 0, f"{name}: {errors}")
        check(found != usual, f"{name} has no effect")
        if "KEY" in name or "PASSWORD" in name:
            check(value not in found.replace(name, ""), f"{name} is shown")
    for name in WITHOUT_EFFECT:
        check(f"`{name}`" in unused, f"{name} is not on the page")
        equal(run("config", environment={**clean, name: "x"})[1], usual, name)
    return f"{len(VARIABLES)} followed, {len(WITHOUT_EFFECT)} not"
