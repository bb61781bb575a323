"""Limits of clients, of those who try passwords, and of the queue of passwords."""

import http.client
import socket
import threading
import time

from access import bare, issue, start, status_with, until
from bench import KEY, Area, Session, Skip, case, check, equal, native


def pressed(server, key, count, threads):
    """Requests of one client on several threads: how many had which status."""
    found, lock = {}, threading.Lock()

    def ask():
        session = server.session()
        session.key = key
        for _ in range(count):
            answer = session.get("/api/v1/quarantine")
            with lock:
                found[answer.status] = found.get(answer.status, 0) + 1
                if answer.status == 429:
                    check(1 <= int(answer.headers["Retry-After"]) <= 60, "Retry-After")
        session.close()

    workers = [threading.Thread(target=ask) for _ in range(threads)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return found


@case("S1.3 the limit is exact under 20 threads, for each client, by key; none here unless it is set")
def limits():
    with Area("access") as area:
        server = start(area, environment={
            "RATE_LIMIT_REQUESTS": "100", "FRONTEND_API_KEY": "f-0123456789abcdef"})
        equal(pressed(server, KEY, 15, 20), {200: 100, 429: 200}, "admin")
        equal(pressed(server, "f-0123456789abcdef", 10, 20), {200: 100, 429: 100}, "another client")
        session = server.session()
        answer = session.get("/api/v1/quarantine")
        equal((answer.status, answer.json), (429, {
            "error": "Rate limit exceeded",
            "message": "Too many requests. Limit: 100 per 60 seconds",
            "hint": "RATE_LIMIT_REQUESTS and RATE_LIMIT_WINDOW set the limit, or the rate of a key",
        }), "body")
        check("assay_rate_limited_total 301" in session.get("/metrics").body.decode(), "metric")
        equal(session.get("/health").status, 200, "probes are not counted")
    with Area("access") as area:
        server = start(area)
        session = server.session()
        equal(pressed(server, KEY, 20, 20), {200: 400}, "no limit here")
        key = issue(session, scopes=["read"], rate={"requests": 7, "seconds": 2})["key"]
        equal(pressed(server, key, 1, 20), {200: 7, 429: 13}, "the key's own")
        time.sleep(2)
        equal(pressed(server, key, 1, 20), {200: 7, 429: 13}, "and again after its seconds")
        own = issue(session, scopes=["read"], rate={"requests": 1, "seconds": 1})
        equal([status_with(server, own["key"]) for _ in range(2)], [200, 429], "one a second")


def own_address():
    """An address of this machine that is not its loopback; nothing is sent to find it."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
        except OSError:
            raise Skip("this machine has no address but its loopback")
        return probe.getsockname()[0]


@case("S1.3 for others: 100 in 60 seconds without a setting, tried keys and logins counted too")
def others():
    address = own_address()
    with Area("access") as area:
        server = start(area, options=["--address", "0.0.0.0"])

        def ask(count, method, path, headers):
            found = {}
            connection = http.client.HTTPConnection(address, server.port, timeout=30)
            for _ in range(count):
                connection.request(method, path, None, headers)
                answer = connection.getresponse()
                answer.read()
                found[answer.status] = found.get(answer.status, 0) + 1
            connection.close()
            return found

        path = "/api/v1/quarantine"
        equal(ask(120, "GET", path, {"X-API-Key": KEY}), {200: 100, 429: 20}, "the key")
        equal(ask(90, "GET", path, {"X-API-Key": "x"}), {401: 90}, "other keys")
        equal(ask(10, "POST", "/auth/login", {}), {401: 10}, "the same address")
        equal(ask(5, "GET", "/latest", {"Host": "localhost"}), {429: 5}, "the same address")
        equal(ask(5, "POST", "/api/v1/login", {}), {429: 5}, "logins")
        equal(ask(200, "GET", "/health", {}), {200: 200}, "probes")
        equal(status_with(server, None), 401, "this machine is not limited")


@case("login: wrong passwords make an account wait, right ones in between do not open it")
def throttle():
    with Area("access") as area:
        server = start(area)
        session = bare(server)
        person = {"email": "ann@example.org", "password": "eight bytes"}
        session.post("/auth/register", person)
        wrong = dict(person, password="wrong")
        equal([session.post("/auth/login", wrong).status for _ in range(5)], [403] * 5, "five")
        answer = session.post("/auth/login", person)
        equal(answer.status, 429, f"the right one has to wait too ({answer})")
        check(1 <= int(answer.headers["Retry-After"]) <= 2, "Retry-After")
        answer = session.post("/api/v1/login", person)
        equal((answer.status, answer.json["error"]), (429, "Too many attempts"), "native")
        equal(session.post("/auth/login", {"email": "x@y", "password": "p"}).status, 401, "others")
        until(lambda: session.post("/auth/login", person).status == 201, "after the wait")
        answers, lock = [], threading.Lock()

        def guess():
            status = bare(server).post("/auth/login", wrong).status
            with lock:
                answers.append(status)

        workers = [threading.Thread(target=guess) for _ in range(20)]
        began = time.monotonic()
        for worker in workers:
            worker.start()
        other = server.session()
        slowest = 0
        for _ in range(20):
            before = time.monotonic()
            equal(other.post("/api/v1/transactions", native(f"t{before}")).status, 200, "scores")
            slowest = max(slowest, time.monotonic() - before)
        for worker in workers:
            worker.join()
        check(answers.count(403) <= 6, f"twenty at once: {answers}")
        log = other.get("/api/v1/audit").json["entries"]
        check(any(row["action"] == "login.throttle" for row in log), "the audit log says so")
        return f"slowest decision meanwhile {slowest * 1000:.0f} ms"


@case("a full queue of passwords: 503 with Retry-After, and all the others are served")
def crowd():
    with Area("access") as area:
        server = start(area)
        answers, lock = [], threading.Lock()

        def register(number):
            answer = bare(server).post(
                "/auth/register", {"email": f"u{number}@x", "password": "eight bytes"})
            with lock:
                answers.append((answer.status, answer.headers["Retry-After"]))

        workers = [threading.Thread(target=register, args=[number]) for number in range(60)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        statuses = [status for status, _ in answers]
        equal(set(answers) <= {(201, None), (503, "1")}, True, f"{set(answers)}")
        listed = server.session().get("/api/v1/users?limit=1000").json["users"]
        equal(len(listed), statuses.count(201), "users: none of those who were told 503")
        check(statuses.count(201) >= 16 and 503 in statuses, f"{statuses}")


@case("what a login costs")
def costs():
    with Area("access") as area:
        server = start(area)
        root = {"email": "ann@example.org", "password": "eight bytes"}
        session = Session(server)
        session.post("/auth/register", root)
        times = []
        for _ in range(10):
            before = time.monotonic()
            equal(session.post("/auth/login", root).status, 201, "login")
            times.append(time.monotonic() - before)
        return f"a login {sorted(times)[5] * 1000:.0f} ms"
