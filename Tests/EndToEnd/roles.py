"""S1's services apart: on ports of their own (S1.1, K1), and as processes of their own (S1.50)."""

import gzip
import http.client
import json
import os
import random
import re
import signal
import socket
import time
import urllib.request

from websockets.sync.client import connect

from bench import Area, Server, Session, Skip, case, check, equal, raw, verify
from contract_s1_batch import ROOT as BATCH, finished
from score_contract import TRANSACTION
from streams import told

SERVICES = ["model", "analytics", "database", "notification", "batch", "monitoring", "ingest"]
SERVICE_KEY = "a key that the processes share"


class Place:
    """What a session needs to know of a server: its port and a key."""

    def __init__(self, port, key=None):
        self.port, self.key = port, key


def at(port, key=None):
    return Session(Place(port, key))


def free_ports(count):
    sockets = [socket.socket() for _ in range(count)]
    for one in sockets:
        one.bind(("127.0.0.1", 0))
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


def addresses(names):
    ports = dict(zip(names, free_ports(len(names))))
    variables = {
        "API_GATEWAY_URL" if name == "gateway" else f"{name.upper()}_SERVICE_URL":
        f"http://127.0.0.1:{port}" for name, port in ports.items()}
    return ports, variables


def wait(look, what, seconds=30):
    end = time.monotonic() + seconds
    while True:
        try:
            found = look()
        except OSError:
            found = None
        if found:
            return found
        check(time.monotonic() < end, f"{what} after {seconds} s")
        time.sleep(0.05)


def score(session, *ids):
    return session.post("/api/v1/score", {"transactions": [{**TRANSACTION, "transaction_id": id} for id in ids]})


@case("S1.1 --compat-ports: each service of S1 by its own port and paths, without a key on this machine")
def compatible():
    ports, variables = addresses(SERVICES)
    with Area("roles") as area:
        server = Server(area, options=["--compat-ports"], environment=variables)
        server.start()
        equal(score(server.session(), "one").status, 200, "score")
        sessions = {name: at(ports[name]) for name in SERVICES}
        for name in ("analytics", "database", "notification", "batch", "ingest", "monitoring"):
            answer = sessions[name].get("/health")
            equal(answer.status, 200, f"health of {name}: {answer}")
            equal(answer.json["service"].split()[0].lower(), name, "whose health")
        equal(sessions["model"].get("/health").status, 503, "a model service without a model")
        answer = sessions["model"].post("/score", {"transactions": [{**TRANSACTION, "transaction_id": "two"}]})
        equal((answer.status, answer.json["results"][0]["transaction_id"]), (200, "two"), "score")
        check("model_type" in sessions["model"].get("/model/info").json, "model/info")
        # K6: one path, two envelopes.
        stored, ingested = sessions["database"], sessions["ingest"]
        equal(set(stored.get("/transactions").json),
              {"transactions", "count", "limit", "offset"}, "database's list")
        equal(ingested.get("/transactions").json["service"], "Ingest Service", "ingest's list")
        equal(sessions["analytics"].get("/risk-distribution").json["distribution"]
              ["total_predictions"], 2, "analytics")
        # K13: text for Prometheus on 8001, JSON on 8006 unless text is asked for.
        check(b"transactions_processed_total" in sessions["model"].get("/metrics").body, "8001")
        check("current" in sessions["monitoring"].get("/metrics").json, "8006")
        text = sessions["monitoring"].request("GET", "/metrics", headers={"Accept": "text/plain"})
        check(b"transactions_processed_total" in text.body, "8006 as text")
        equal(sessions["analytics"].get("/api/v1/transactions").status, 404, "a path of another port")
        equal(server.session().get("/score").status, 404, "a bare path on the whole interface")
        with urllib.request.urlopen("http://127.0.0.1:8501/") as page:
            check(b"<html" in page.read().lower(), "the page on a dashboard's port")
        for header in ({"X-Forwarded-For": "192.0.2.1"}, {"Host": "example.org"},
                       {"Origin": "https://example.org"}):
            answer = sessions["database"].request("GET", "/transactions", headers=header)
            equal(answer.status, 401, f"{header}: {answer}")
        equal(server.stop(), 0, "exit code")


def pids(supervisor):
    """The processes that a supervisor runs, by role."""
    found = {}
    for name in os.listdir("/proc"):
        try:
            with open(f"/proc/{name}/stat", encoding="ascii", errors="replace") as file:
                parent = int(re.search(r"\) \S (\d+)", file.read()).group(1))
            with open(f"/proc/{name}/cmdline", "rb") as file:
                words = file.read().decode().split("\0")
        except (OSError, AttributeError):
            continue
        if parent == supervisor and "--role" in words:
            found[words[words.index("--role") + 1]] = int(name)
    return found


class Split:
    """`assay serve --split`, with all of its processes up."""

    def __init__(self, area, environment=None):
        self.ports, variables = addresses(SERVICES + ["gateway"])
        variables["MONITORING_INTERVAL"] = "0.2"
        self.server = Server(area, options=["--split"],
                             environment={**variables, **(environment or {})})
        self.server.start()
        self.session = self.server.session()
        wait(self.all_healthy, "all services healthy")

    def status(self):
        answer = self.session.get("/services/status")
        return {name: one["status"] for name, one in answer.json["services"].items()} \
            if answer.status == 200 else {}

    def all_healthy(self):
        found = self.status()
        return len(found) == 6 and set(found.values()) == {"healthy"}

    def kill(self, role):
        pid = pids(self.server.process.pid)[role]
        os.kill(pid, signal.SIGKILL)
        return pid


@case("S1.50 --split: eight processes from one command; the one that ends shows, and comes back")
def split():
    with Area("roles") as area:
        split = Split(area)
        running = pids(split.server.process.pid)
        equal(set(running), set(SERVICES + ["gateway"]), "processes")
        session = split.session
        answer = score(session, "a", "b")
        equal((answer.status, len(answer.json["results"])), (200, 2), f"{answer}")
        equal(at(split.ports["analytics"]).get("/health").json["service"], "Analytics Service", "")
        equal(at(split.ports["database"]).get("/transactions").json["count"], 2, "rows")
        equal(session.get("/health").json["services"]["batch"],
              f"http://127.0.0.1:{split.ports['batch']}", "where services are")

        killed = split.kill("analytics")
        answer = session.get("/api/v1/analytics/risk-distribution")
        equal((answer.status, answer.json["error"]), (503, "Service unavailable"), f"{answer}")
        check("Analytics Service" in answer.json["message"] and answer.headers["Retry-After"],
              f"{answer}")
        wait(lambda: split.status().get("analytics") == "unavailable", "the status shows it")
        equal(score(session, "c").status, 200, "others go on")
        wait(split.all_healthy, "it comes back by itself")
        check(pids(split.server.process.pid)["analytics"] != killed, "a new process")
        equal(session.get("/api/v1/analytics/risk-distribution").status, 200, "it answers again")
        alerts = session.get("/api/v1/monitoring/alerts?severity=critical").json["alerts"]
        check(any("Analytics" in alert["message"] for alert in alerts), f"{alerts}")

        # S1.6: without the ingest service the gateway asks the model service itself.
        split.kill("ingest")
        answer = score(session, "d")
        equal((answer.status, answer.json["service_used"], answer.json["forwarded_by"]),
              (200, "Model Service (fallback)", "API Gateway"), f"{answer}")
        wait(lambda: "service_used" not in score(session, "e").json, "the ingest service is back")
        equal(split.server.stop(), 0, "exit code")
        wait(lambda: not os.path.exists(f"/proc/{running['model']}"), "every process is gone")
        equal(verify(split.server.data)["decisions"], 5, "decisions")


@case("S1.50 the owner of the data is killed: a clear 503, then the same decisions again")
def owner():
    with Area("roles") as area:
        split = Split(area)
        first = score(split.session, "x")
        equal(first.status, 200, f"{first}")
        split.kill("model")
        answer = score(split.session, "y")
        equal((answer.status, answer.json["error"]), (503, "Service unavailable"), f"{answer}")
        equal(split.session.get("/health").status, 200, "the gateway itself lives")
        again = wait(lambda: (lambda found: found if found.status == 200 else None)(
            score(split.session, "x")), "it is back")
        equal(again.json["results"], [{**first.json["results"][0], "duplicate": True}],
              "the first decision again")
        equal(split.server.stop(), 0, "exit code")
        equal(verify(split.server.data)["decisions"], 1, "decisions")


@case("S1.50 a supervisor that is killed takes its processes with it")
def orphaned():
    with Area("roles") as area:
        split = Split(area)
        running = pids(split.server.process.pid)
        split.server.kill()
        for role, pid in running.items():
            wait(lambda pid=pid: not os.path.exists(f"/proc/{pid}"), f"{role} ends")


@case("S1.7 a service that hangs: 504 after 30 s (soak)")
def hanging():
    if not os.environ.get("ASSAY_SOAK"):
        raise Skip("it waits for 30 s: the soak dose has it")
    with Area("roles") as area:
        split = Split(area)
        pid = pids(split.server.process.pid)["analytics"]
        os.kill(pid, signal.SIGSTOP)
        session = Session(split.server, seconds=60)
        answer = session.get("/api/v1/analytics/risk-distribution")
        equal((answer.status, answer.json["error"]), (504, "Request timeout"), f"{answer}")
        os.kill(pid, signal.SIGCONT)
        equal(split.server.stop(), 0, "exit code")


@case("S1.53 processes trust one another by a key; nobody else speaks for a client")
def trust():
    with Area("roles") as area:
        split = Split(area, environment={"ASSAY_SERVICE_KEY": SERVICE_KEY})
        outside = at(split.ports["gateway"])
        equal(outside.get("/api/v1/transactions").status, 401, "no key")
        equal(outside.get("/latest").status, 200, "open to this machine")
        for name in ("gateway", "analytics", "model"):
            session = at(split.ports[name])
            path = "/health"
            wrong = {"X-Assay-Service": "wrong", "X-Assay-Peer": "127.0.0.1"}
            if name != "gateway":
                equal(session.request("GET", path, headers=wrong).status, 401, f"{name}: wrong key")
        right = {"X-Assay-Service": SERVICE_KEY, "X-Assay-Peer": "192.0.2.9",
                 "X-Assay-Surface": "gateway"}
        answer = outside.request("GET", "/latest", headers=right)
        equal(answer.status, 401, "a client that is elsewhere is not local")
        # Without the key the fields are not passed on, so that nobody is local by claiming it.
        claimed = {"X-Assay-Peer": "127.0.0.1", "X-Forwarded-For": "192.0.2.9"}
        equal(outside.request("GET", "/latest", headers=claimed).status, 401, "claimed")
        # A role that is started alone says what is missing.
        single = Server(area, data="other", options=["--role", "analytics"])
        single.launch()
        equal(single.wait(), 64, "exit code")
        check("ASSAY_SERVICE_KEY" in single.errors(), single.errors())
        equal(split.server.stop(), 0, "exit code")


@case("S1.7, S4.3 through the gateway process: streams, exports, limits of a client")
def through():
    with Area("roles") as area:
        split = Split(area, environment={"RATE_LIMIT_REQUESTS": "30", "TEST_API_KEY": "test-key-01234567"})
        port = split.ports["gateway"]
        with connect(f"ws://127.0.0.1:{port}/api/ws") as stream:
            answer = split.session.post("/api/transaction", {
                "user_id": "u", "amount": 5, "location": "Chicago"})
            equal(answer.status, 201, f"{answer}")
            check('"user_id":"u"' in stream.recv(timeout=10).replace(" ", ""), "pushed")
        equal(score(split.session, *[f"row{n}" for n in range(100)]).status, 200, "score")
        table = split.session.get("/api/v1/ingest/export")
        equal((table.status, table.body.count(b"\n")), (200, 101), "lines of the export")
        equal(split.session.request("HEAD", "/latest").status, 200, "HEAD")
        made = split.session.post("/api/v1/keys", {"name": "watcher", "scopes": ["read"]}).json
        with connect(f"ws://127.0.0.1:{port}/api/v1/stream?api_key={made['key']}") as stream:
            split.session.request("DELETE", f"/api/v1/keys/{made['id']}")
            equal(told(stream)[0], 1008, "a stream ends with its key, through the gateway too")
        client = at(port, "test-key-01234567")
        found = [client.get("/api/v1/transactions?limit=1").status for _ in range(31)]
        equal((found[:30], found[30]), ([200] * 30, 429), "requests of one client")
        equal(split.server.stop(), 0, "exit code")


UPLOADS = BATCH + "/uploads"


def resident(pid):
    """Memory of a process now and at its highest, MiB."""
    with open(f"/proc/{pid}/status", encoding="ascii") as file:
        found = dict(line.split(":", 1) for line in file)
    return [int(found[name].split()[0]) / 1024 for name in ("VmRSS", "VmHWM")]


def spooled(split):
    folder = os.path.join(split.server.data, "batch")
    return sorted(os.listdir(folder)) if os.path.exists(folder) else []


def large(bytes_wanted):
    """NDJSON of so many bytes: few transactions, on long lines."""
    generator = random.Random(5)
    row, lines, size = 0, [], 0
    while size < bytes_wanted:
        line = json.dumps({"transaction_id": f"up{row}", "account": f"A{row % 50}", "amount": 5,
                           "time": "2026-11-01T00:00:00Z",
                           "counterparty": "".join(generator.choices("abcdef0123456789", k=60))})
        padded = line.encode() + b" " * 64_000 + b"\n"
        lines.append(padded)
        row, size = row + 1, size + len(padded)
    return b"".join(lines), row


@case("uploads above 16 MiB pass through the processes: memory stays flat, nothing else passes")
def uploads():
    with Area("roles") as area:
        split = Split(area, environment={"ASSAY_SERVICE_KEY": SERVICE_KEY})
        session, gateway = split.session, split.ports["gateway"]
        body, rows = large(64 << 20)
        relays = {role: pid for role, pid in pids(split.server.process.pid).items()
                  if role in ("gateway", "batch")}
        before = {role: resident(pid)[0] for role, pid in relays.items()}

        def send(port, path, headers, body, key=session.key, **more):
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
            connection.request("POST", path, body, {
                "X-API-Key": key, "Content-Type": "application/x-ndjson", **headers}, **more)
            response = connection.getresponse()
            return response.status, json.loads(response.read()), response.headers

        query = "?mode=score&source=native"
        pieces = (body[n:n + 70_001] for n in range(0, len(body), 70_001))
        for what, port, path, headers, content, more in (
                ("by length", gateway, UPLOADS, {}, body, {}),
                ("in chunks", gateway, UPLOADS, {}, pieces, {"encode_chunked": True}),
                ("by the port of the service", split.ports["batch"], "/uploads", {}, body, {}),
                ("by gzip", gateway, UPLOADS, {}, gzip.compress(body, 1), {})):
            if more:
                headers = {"Transfer-Encoding": "chunked"}
            status, job, fields = send(port, path + query, headers, content, **more)
            equal((status, fields["Connection"]), (201, "close"), f"{what}: {job}")
            done = finished(session, job["job_id"], 120)
            equal((done["status"], done["processed_items"]), ("completed", rows), f"{what}: {done}")
        grown = {role: resident(pid)[1] - before[role] for role, pid in relays.items()}
        check(max(grown.values()) < 24, f"MiB more than before: {grown}")

        # Nobody brings fields of relays, or a request behind the body of another.
        status, answer, _ = send(split.ports["batch"], "/uploads", {
            "X-Assay-Peer": "127.0.0.1", "X-Assay-Surface": "batch",
            "X-Forwarded-For": "192.0.2.1"}, b"{}", key="wrong")
        equal(status, 401, f"{answer}")
        status, answer, _ = send(split.ports["batch"], "/uploads", {
            "X-Assay-Service": "wrong"}, b"{}")
        equal((status, answer["error"]), (401, "Invalid service key"), f"{answer}")
        inner = "GET /latest HTTP/1.1\r\nHost: a\r\n\r\n"
        for field, tail in (("Content-Length: 2", "{}" + inner),
                            ("Transfer-Encoding: chunked", "2\r\n{}\r\n0\r\n\r\n" + inner)):
            text = (f"POST {UPLOADS} HTTP/1.1\r\nHost: a\r\nX-API-Key: {session.key}\r\n{field}"
                    f"\r\n\r\n{tail}")
            found = raw(gateway, text.encode(), half=False)
            equal(found.count(b"HTTP/1.1 "), 1, f"answers behind {field}: {found}")

        # The service says no before the body is sent.
        text = (f"POST {UPLOADS} HTTP/1.1\r\nHost: a\r\nContent-Length: 90000000\r\n"
                "Expect: 100-continue\r\nX-API-Key: %s\r\n\r\n")
        equal(raw(gateway, (text % "wrong").encode(), half=False)[:12], b"HTTP/1.1 401", "no key")

        # Who stops in the middle leaves nothing.
        kept = spooled(split)
        with socket.create_connection(("127.0.0.1", gateway)) as client:
            client.sendall((text % session.key).encode())
            equal(client.recv(12), b"HTTP/1.1 100", "it may go on")
            client.sendall(b"x" * 3_000_000)
            wait(lambda: spooled(split) != kept, "the upload is under way")
        wait(lambda: spooled(split) == kept, "the file is removed")

        os.kill(pids(split.server.process.pid)["model"], signal.SIGKILL)
        status, answer, fields = send(gateway, UPLOADS, {}, body[:1000])
        equal((status, answer["error"], bool(fields["Retry-After"])),
              (503, "Service unavailable", True), f"{answer}")
        wait(split.all_healthy, "it is back")
        status, job, _ = send(gateway, UPLOADS + query, {}, body[:200_000])
        equal(status, 201, f"{job}")
        equal(split.server.stop(), 0, "exit code")
        return f"{len(body) >> 20} MiB; at most {max(grown.values()):.1f} MiB more memory"
