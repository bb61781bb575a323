"""The log of a server (S1.49): levels, text and JSON, the access log, and what never stands in it."""

import json
import os
import re
import signal
import time

from bench import Area, Server, case, check, equal, native

SECRET = "an-admin-key-that-nobody-may-see"
CARD = "4111111111111111"
PASSWORD = "a password that nobody may see"


def lines(path):
    with open(path, encoding="utf-8") as file:
        return [json.loads(line) for line in file if line.strip()]


def requests(path):
    return [line for line in lines(path) if line["message"] == "request"]


def wait(look, what):
    end = time.monotonic() + 10
    while not look():
        check(time.monotonic() < end, what)
        time.sleep(0.02)


@case("S1.49 JSON lines: each request with its route, status, time, client and id")
def access():
    with Area("logs") as area:
        path = area.file("log")
        server = Server(area, environment={
            "LOG_FILE": path, "LOG_FORMAT": "json", "ACCESS_LOG": "all"})
        server.start()
        session = server.session()
        answers = [
            ("POST", "/api/v1/transactions", native("t1"), {}),
            ("GET", "/api/v1/decisions/t1?api_key=x", None, {"X-Request-ID": "my-own.name_1"}),
            ("GET", "/api/v1/decisions/none", None, {"X-Request-ID": "not one\tat all"}),
            ("GET", "/nowhere/secret", None, {}), ("GET", "/health", None, {}),
            ("DELETE", "/health", None, {})]
        names = []
        for method, route, body, headers in answers:
            answer = session.request(method, route, body, headers)
            names.append((answer.status, answer.headers["X-Request-ID"]))
        equal(names[1][1], "my-own.name_1", "the client's own name")
        for status, name in names[:1] + names[2:]:
            check(re.fullmatch("[0-9a-f]{16}", name), f"{name}")
        equal(len({name for _, name in names}), len(names), "names are different")
        server.raw(b"GET / HTTP/1.1\r\n\r\n")  # No Host: refused before it is a request.
        wait(lambda: len(requests(path)) >= 7, "seven lines")
        found = requests(path)
        equal([(line["status"], line["request_id"]) for line in found[:6]], names, "requests")
        equal([(line["method"], line["route"]) for line in found], [
            ("POST", "/api/v1/transactions"), ("GET", "/api/v1/decisions/{id}"),
            ("GET", "/api/v1/decisions/{id}"), ("GET", "-"), ("GET", "/health"),
            ("DELETE", "-"), ("-", "-")], "routes")
        equal([line["level"] for line in found[:4]], ["INFO", "INFO", "WARNING", "WARNING"], "levels")
        equal((found[0]["client"], found[0]["peer"]), ("key:admin", "127.0.0.1"), "who")
        check(all(0 <= line["ms"] < 5000 for line in found), f"{found}")
        check(found[1]["bytes"] > 100 and found[6]["status"] == 400, f"{found}")
        equal(server.stop(), 0, "exit code")
        check(lines(path)[-1]["message"].endswith("stopped in order"), "the last line")
        equal(os.stat(path).st_mode & 0o777, 0o600, "mode of the file")


@case("S1.49 levels; errors alone by default; SIGHUP opens the file again; a bad level is refused")
def levels():
    with Area("logs") as area:
        path = area.file("log")
        server = Server(area, environment={"LOG_FILE": path, "LOG_FORMAT": "json"})
        server.start()
        session = server.session()
        for _ in range(3):
            equal(session.get("/health").status, 200, "health")
        equal(session.get("/none").status, 404, "an error")
        wait(lambda: requests(path), "a line")
        equal([line["status"] for line in requests(path)], [404], "errors alone")
        os.rename(path, path + ".1")
        server.process.send_signal(signal.SIGHUP)
        wait(lambda: os.path.exists(path), "the file is made anew")
        equal(session.get("/none").status, 404, "an error")
        wait(lambda: requests(path), "a line in the new file")
        equal(server.stop(), 0, "exit code")

        quiet = Server(area, data="quiet", environment={"LOG_LEVEL": "ERROR", "ACCESS_LOG": "all"})
        quiet.start()
        equal(quiet.session().get("/none").status, 404, "an error")
        equal(quiet.stop(), 0, "exit code")
        equal(quiet.errors(), "", "nothing below ERROR")
        for variable, value in (("LOG_LEVEL", "LOUD"), ("LOG_FORMAT", "xml"),
                                ("ACCESS_LOG", "some"), ("LOG_FILE", "/none/such/file")):
            wrong = Server(area, data="wrong", environment={variable: value})
            wrong.launch()
            check(wrong.wait() in (1, 64), f"{variable}: exit code")
            check(value in wrong.errors(), wrong.errors())


@case("no key, password, token or card number in the log, the errors, or /metrics")
def secrets():
    with Area("logs") as area:
        path = area.file("log")
        server = Server(area, key=SECRET, environment={
            "LOG_FILE": path, "LOG_LEVEL": "DEBUG", "ACCESS_LOG": "all",
            "SECRET_KEY": "a-signing-key-that-nobody-may-see"})
        server.start()
        session = server.session()
        token = re.search(r"st_[\w-]+", server.output()).group(0)
        session.post("/api/v1/setup", {
            "token": token, "email": "root@example.org", "password": PASSWORD})
        login = session.post("/api/v1/login", {"email": "root@example.org", "password": PASSWORD})
        issued = session.post("/api/v1/keys", {"name": "till", "scopes": ["read"]})
        equal((login.status, issued.status), (200, 201), f"{login} {issued}")
        secret = [SECRET, PASSWORD, CARD, token, login.json["token"], issued.json["key"],
                  "a-signing-key-that-nobody-may-see"]
        shown = []
        for answer in [
                session.post("/api/v1/login", {"email": "root@example.org",
                                               "password": PASSWORD + "!"}),
                session.get(f"/api/v1/transactions?api_key={SECRET}x"),
                session.get(f"/api/v1/decisions/{CARD}?api_key={SECRET}"),
                session.get(f"/{SECRET}/{CARD}"),
                session.post("/api/v1/transactions", native(CARD, account=CARD, cvv="123")),
                session.post("/api/v1/transactions", "{" + PASSWORD),
                session.request("GET", "/api/v1/me", headers={
                    "X-API-Key": "", "Authorization": f"Bearer {login.json['token']}x"}),
                session.get("/metrics"), session.get("/health")]:
            shown.append(answer.body.decode())
        equal(server.stop(), 0, "exit code")
        with open(path, encoding="utf-8") as file:
            log = file.read()
        check(log.count(" request ") >= 12, "the access log is there")
        for word in secret:
            check(word not in log, f"the log has {word}")
            check(word not in server.errors(), f"standard error has {word}")
            for text in shown:
                check(word not in text, f"an answer has {word}: {text[:300]}")
