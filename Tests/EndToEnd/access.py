"""Identity and access: keys, roles, origins, the first administrator."""

import json
import os
import re
import stat
import time

from bench import KEY, Area, Server, case, check, contents, equal, native, run

ADMIN = {"email": "root@example.org", "password": "the first of all"}
SECRET = re.compile(r"(?:ak|st)_[A-Za-z0-9_-]{40,}")


def start(area, **more):
    server = Server(area, **more)
    server.start()
    return server


def bare(server):
    session = server.session()
    session.key = None
    return session


def setup_token(server):
    return re.search(r"\bst_\S+", server.output()).group()


def issue(session, name="till", scopes=("score",), **more):
    answer = session.post("/api/v1/keys", dict(name=name, scopes=list(scopes), **more))
    equal(answer.status, 201, f"issue ({answer})")
    return answer.json


def status_with(server, key, path="/api/v1/quarantine", body=None):
    session = server.session()
    session.key = key
    try:
        return (session.post(path, body) if body else session.get(path)).status
    finally:
        session.close()


def signed_in(server, email, password):
    answer = bare(server).post("/api/v1/login", {"email": email, "password": password})
    equal(answer.status, 200, f"login of {email} ({answer})")
    return {"Authorization": f"Bearer {answer.json['token']}"}


@case("S1.2 a key by header or query, for three clients; none and unknown: 401 with its bodies")
def keys_of_the_environment():
    with Area("access") as area:
        server = start(area, environment={
            "FRONTEND_API_KEY": "front-0123456789", "TEST_API_KEY": "tester-0123456789",
            "ADMIN_API_KEY": "boss-0123456789ab"})
        session = bare(server)
        path = "/api/v1/quarantine"
        none = {"error": "Authentication required", "message": "API key is required"}
        bad = {"error": "Invalid API key", "message": "The provided API key is not valid"}
        answer = session.get(path)
        equal((answer.status, answer.json), (401, none), "none")
        for headers in ({"X-API-Key": "x"}, {"X-API-Key": ""}, {"Authorization": "Bearer ak_x"}):
            answer = session.request("GET", path, None, headers)
            equal((answer.status, answer.json), (401, bad), f"{headers}")
        answer = session.get(path + "?api_key=x")
        equal((answer.status, answer.json), (401, bad), "unknown in the query")
        for key, label in (("front-0123456789", 403), ("tester-0123456789", 403), ("boss-0123456789ab", 404)):
            equal(session.get(f"{path}?api_key={key}").status, 200, f"{key} in the query")
            equal(status_with(server, key), 200, f"{key} in the header")
            equal(status_with(server, key, "/api/v1/transactions", native(f"t-{key}")), 200, key)
            item = {"transaction_id": "nobody", "source": "native", "fraud": True}
            equal(status_with(server, key, "/api/v1/labels", item), label, f"{key} labels")
        answer = session.request(
            "POST", "/api/v1/projections/decisions/rebuild", "", {"X-API-Key": "front-0123456789"})
        equal((answer.status, answer.json), (403, {
            "error": "Forbidden",
            "message": "This needs the role 'admin' or a key with the scope 'admin'"}), "403")


@case("keys: issued, shown once, limited to their scopes, rotated, revoked, by API and by command")
def key_life():
    with Area("access") as area:
        server = start(area)
        session = server.session()
        made = issue(session, scopes=["read"], rate={"requests": 5, "seconds": 60})
        key = made.pop("key")
        check(SECRET.fullmatch(key), "256 bits behind a prefix")
        equal((made["scopes"], made["rate"]), (["read"], {"requests": 5, "seconds": 60}), "key")
        equal(status_with(server, key), 200, "reads at once")
        bearer = bare(server).request(
            "GET", "/api/v1/me", None, {"Authorization": f"Bearer {key}"})
        equal(bearer.json, {"name": "key:till", "role": None, "scopes": ["read"]}, "as bearer")
        equal(status_with(server, key, "/api/v1/transactions", native("t")), 403, "does not score")
        equal(session.get("/api/v1/keys").json, {"keys": [made], "next_cursor": None}, "list")
        answer = session.post(f"/api/v1/keys/{made['id']}/rotate", "")
        other = answer.json["key"]
        equal((answer.status, other == key), (200, False), "rotated")
        equal((status_with(server, key), status_with(server, other)), (401, 200), "old and new")
        equal(session.request("DELETE", f"/api/v1/keys/{made['id']}").status, 200, "revoked")
        equal(status_with(server, other), 401, "after the end")
        for method, path in (("DELETE", "/api/v1/keys/1"), ("DELETE", "/api/v1/keys/99"),
                             ("POST", "/api/v1/keys/1/rotate"), ("DELETE", "/api/v1/keys/x")):
            equal(session.request(method, path, "").status, 404, f"{method} {path}")
        for body, status in (({"name": "x"}, 422), ({"name": "x", "scopes": []}, 422),
                             ({"name": "x", "scopes": ["root"]}, 422), ("{", 400),
                             ({"name": "", "scopes": ["read"]}, 422),
                             ({"name": "x", "scopes": ["read"], "rate": 5}, 422),
                             ({"name": "x", "scopes": ["read"], "expires_days": 0}, 422),
                             ({"name": "x", "scopes": ["read"], "more": 0}, 422)):
            equal(session.post("/api/v1/keys", body).status, status, f"{body}")

        words = ["--data", server.data]
        code, out, problem = run("keys", "issue", *words, "--name", "cli", "--scope", "score",
                                 "read", "--rate", "1000/60", "--days", "3")
        equal(code, 0, problem)
        key = out.strip()
        check(SECRET.fullmatch(key) and key not in problem, "on standard output alone")
        until(lambda: status_with(server, key) == 200, "the server notices the command's key")
        shown = json.loads(run("keys", "list", *words, "--json")[1])["keys"]
        equal([(row["id"], row["name"], row.get("rate")) for row in shown],
              [(1, "till", "5/60"), (2, "cli", "1000/60")], "list")
        fresh = run("keys", "rotate", "2", *words)[1].strip()
        until(lambda: status_with(server, fresh) == 200, "the server notices the rotation")
        equal(status_with(server, key), 401, "the old one")
        equal(run("keys", "revoke", "2", *words)[0], 0, "revoke")
        until(lambda: status_with(server, fresh) == 401, "the server notices the end")
        equal(run("keys", "revoke", "2", *words)[0], 1, "revoke again")
        audit = session.get("/api/v1/audit").json["entries"]
        equal([row["action"] for row in audit],
              ["key.revoke", "key.rotate", "key.issue"] * 2 + ["setup.token"], "audit")
        equal((audit[0]["actor"].split(":")[0], audit[0]["peer"]), ("command", "local"), "who")
        equal((audit[3]["actor"], audit[3]["peer"], audit[3]["subject"]),
              ("key:admin", "127.0.0.1", "1 till"), "who")
        page = session.get("/api/v1/audit?limit=2").json
        rest = session.get(f"/api/v1/audit?cursor={page['next_cursor']}").json["entries"]
        equal(page["entries"] + rest, audit, "pages")


def until(condition, what, seconds=5):
    deadline = time.monotonic() + seconds
    while not condition():
        check(time.monotonic() < deadline, f"{what}: not after {seconds} s")
        time.sleep(0.05)


@case("the first administrator by the one-time token; roles on native routes; logout, passwords")
def roles():
    with Area("access") as area:
        server = start(area)
        token = setup_token(server)
        session = bare(server)
        for wrong, status in ((dict(ADMIN, token="st_x"), 403), (ADMIN, 403),
                              (dict(ADMIN, token=token, password="short"), 422),
                              (dict(ADMIN, token=token, email="nobody"), 422)):
            equal(session.post("/api/v1/setup", wrong).status, status, f"{wrong}")
        server.kill()
        server.start()
        check(token not in server.output(), "the token is shown once")
        session = bare(server)
        answer = session.post("/api/v1/setup", dict(ADMIN, token=token))
        equal((answer.status, answer.json["role"]), (201, "admin"), f"{answer}")
        equal(session.post("/api/v1/setup", dict(ADMIN, token=token)).status, 409, "once")
        root = signed_in(server, **ADMIN)
        tokens = {"admin": root}
        for role in ("subscriber", "viewer", "analyst", "manager"):
            body = {"email": f"{role}@example.org", "password": "eight bytes", "role": role}
            answer = session.post("/api/v1/users", body, root)
            equal(answer.status, 201, f"{answer}")
            equal(session.post("/api/v1/users", body, root).status, 409, "taken")
            tokens[role] = signed_in(server, body["email"], body["password"])
        order = ["subscriber", "viewer", "analyst", "manager", "admin"]
        label = {"transaction_id": "none", "source": "native", "fraud": True}
        for method, path, body, least, status in (
                ("GET", "/api/v1/projections", None, "viewer", 200),
                ("GET", "/api/v1/quarantine", None, "viewer", 200),
                ("GET", "/api/v1/me", None, "viewer", 200),
                ("POST", "/api/v1/transactions", native("t1"), "analyst", 200),
                ("POST", "/api/v1/labels", label, "analyst", 404),
                ("POST", "/api/v1/activities", {"x": 1}, "analyst", 422),
                ("GET", "/api/v1/users", None, "manager", 200),
                ("GET", "/api/v1/keys", None, "manager", 200),
                ("GET", "/api/v1/audit", None, "manager", 200),
                ("POST", "/api/v1/keys", {"name": "k", "scopes": ["read"]}, "admin", 201),
                ("POST", "/api/v1/quarantine/1/release", "", "admin", 404),
                ("PUT", "/api/v1/users/99/role", {"role": "viewer"}, "admin", 404)):
            equal(session.request(method, path, body).status, 401, f"{method} {path}: nobody")
            for role in order:
                wanted = status if order.index(role) >= order.index(least) else 403
                found = session.request(method, path, body, tokens[role])
                equal(found.status, wanted, f"{method} {path}: {role}: {found}")
                if wanted == 403:
                    check(f"'{least}'" in found.json["message"], f"{found}")
        users = session.request("GET", "/api/v1/users", None, root).json["users"]
        check(all(set(user) == {"id", "email", "role", "created"} for user in users), f"{users}")
        viewer = next(user for user in users if user["role"] == "viewer")
        path = f"/api/v1/users/{viewer['id']}/role"
        answer = session.request("PUT", path, {"role": "analyst"}, root)
        equal((answer.status, answer.json["role"]), (200, "analyst"), f"{answer}")
        answer = session.request("GET", "/api/v1/me", None, tokens["viewer"])
        equal((answer.status, answer.json["error"]), (401, "Invalid token"), "old role's token")
        equal(session.request("PUT", "/api/v1/users/1/role", {"role": "viewer"}, root).status, 409,
              "the last administrator stays")
        passwords = {"old": "eight bytes", "new": "nine bytes now"}
        wrong = dict(passwords, old="wrong one")
        equal(session.request("PUT", "/api/v1/password", wrong, tokens["manager"]).status, 401, "")
        equal(session.request("PUT", "/api/v1/password", passwords, tokens["manager"]).status, 200,
              "password")
        equal(session.request("GET", "/api/v1/me", None, tokens["manager"]).status, 401, "ended")
        signed_in(server, "manager@example.org", "nine bytes now")
        equal(session.request("POST", "/api/v1/logout", "", {"X-API-Key": KEY}).status, 403,
              "a key does not log out")
        code, out, _ = run("users", "list", "--data", server.data)
        check(code == 0 and "analyst@example.org: analyst" in out, out)
        log = session.request("GET", "/api/v1/audit?limit=1000", None, root).json["entries"]
        actions = [entry["action"] for entry in log]
        for action in ("user.add", "user.role", "user.password", "login", "label.send",
                       "quarantine.release", "key.issue"):
            check(action in actions, f"{action} is not in the audit log")
        sent = [entry["actor"] for entry in log if entry["action"] == "label.send"]
        equal(sorted(set(sent)), [f"user:{name}@example.org" for name in (
            "analyst", "manager", "root")], "who labelled")


@case("CORS: closed; CORS_ORIGIN opens exactly its origins, for answers that come later too")
def origins():
    asked = {"Origin": "https://desk.example.org", "Access-Control-Request-Method": "POST"}
    with Area("access") as area:
        server = start(area)
        session = server.session()
        answer = session.request("OPTIONS", "/api/v1/score", None, asked)
        equal((answer.status, answer.headers["Access-Control-Allow-Origin"]), (405, None), "closed")
        answer = session.request("GET", "/api/v1/keys", None, asked)
        equal((answer.status, answer.headers["Access-Control-Allow-Origin"]), (200, None), "closed")
    with Area("access") as area:
        server = start(area, environment={
            "CORS_ORIGIN": "https://desk.example.org, http://localhost:3000"})
        session = bare(server)
        for origin in ("https://desk.example.org", "http://localhost:3000"):
            headers = dict(asked, Origin=origin)
            answer = session.request("OPTIONS", "/api/v1/transactions", None, headers)
            equal((answer.status, answer.body, answer.headers["Access-Control-Allow-Origin"]),
                  (204, b"", origin), f"{answer}")
            check("POST" in answer.headers["Access-Control-Allow-Methods"], "methods")
            check("X-API-Key" in answer.headers["Access-Control-Allow-Headers"], "headers")
            for path, key, status in (("/health", None, 200), ("/api/v1/quarantine", KEY, 200),
                                      ("/api/v1/quarantine", None, 401), ("/none", None, 404),
                                      ("/api/v1/keys", KEY, 200)):
                headers = {"Origin": origin, **({"X-API-Key": key} if key else {})}
                answer = session.request("GET", path, None, headers)
                equal((answer.status, answer.headers["Access-Control-Allow-Origin"],
                       answer.headers["Vary"]), (status, origin, "Origin"), path)
            answer = session.post("/api/v1/transactions", native("t" + origin),
                                  {"Origin": origin, "X-API-Key": KEY})
            equal((answer.status, answer.headers["Access-Control-Allow-Origin"]), (200, origin),
                  "a decision")
            answer = session.get("/api/v1/keys?api_key=" + KEY)
            equal((answer.headers["Access-Control-Allow-Origin"], answer.headers["Vary"]),
                  (None, "Origin"), "the next request of the connection")
        for origin in ("https://desk.example.org.evil.example", "http://desk.example.org", "null"):
            headers = dict(asked, Origin=origin)
            answer = session.request("OPTIONS", "/api/v1/score", None, headers)
            equal((answer.status, answer.headers["Access-Control-Allow-Origin"]), (405, None), "")
        equal(session.request("OPTIONS", "/none", None, asked).status, 404, "no such path")
    for bad in ("*", "desk.example.org", "https://desk.example.org/"):
        code, _, problem = run("config", environment={"CORS_ORIGIN": bad})
        check(code == 64 and "CORS_ORIGIN" in problem, f"{bad}: {code} {problem}")


@case("open routes of the reference systems: not for pages of another site that a browser here shows")
def pages():
    with Area("access") as area:
        server = start(area)
        session = bare(server)
        for origin, status in ((None, 200), ("http://localhost:3000", 200),
                               ("http://127.0.0.1:5173", 200), ("https://evil.example", 401),
                               ("null", 401), ("http://localhost.evil.example", 401)):
            headers = {"Origin": origin} if origin else {}
            equal(session.request("GET", "/latest", None, headers).status, status, f"{origin}")


@case("kill -9 after issuing keeps the key; secrets are in no file, log, error or metric")
def crash():
    with Area("access") as area:
        server = start(area, environment={"SECRET_KEY": "a secret key of these tests alone"})
        session = server.session()
        token = setup_token(server)
        bare(server).post("/api/v1/setup", dict(ADMIN, token=token))
        key = issue(session, scopes=["read", "score"])["key"]
        server.kill()
        server.start()
        equal(status_with(server, key), 200, "the key after the crash")
        root = signed_in(server, **ADMIN)
        session = server.session()
        bad = key[:-1] + ("A" if key[-1] != "A" else "B")
        texts = [server.output(), server.errors(), session.get("/metrics").body.decode()]
        for answer in (
                session.get("/api/v1/keys"), session.get("/api/v1/audit?limit=1000"),
                session.get("/api/v1/users"), session.get(f"/api/v1/none?api_key={key}"),
                bare(server).get(f"/api/v1/transactions?api_key={bad}"),
                bare(server).request("GET", "/api/v1/me", None, {"Authorization": "Bearer x.y.z"}),
                bare(server).post("/api/v1/login", dict(ADMIN, password="the wrong one"))):
            texts.append(answer.body.decode() + str(answer.headers))
        equal(server.stop(), 0, "exit code")
        secrets = [key, bad, ADMIN["password"], "the wrong one",
                   root["Authorization"].split()[1], "a secret key of these tests alone", KEY]
        for text in texts:
            for secret in secrets + [token]:
                check(secret not in text, f"a secret in {text[:200]}")
            check("$argon2" not in text, "a hash")
        for name, content in contents(server.data):
            for secret in secrets + [token]:
                check(secret.encode() not in content, f"a secret in {name}")
        mode = stat.S_IMODE(os.stat(os.path.join(server.data, "identity.db")).st_mode)
        equal(mode, 0o600, "mode of identity.db")
        equal(stat.S_IMODE(os.stat(os.path.join(server.data, "keys", "signing")).st_mode), 0o600,
              "mode of the signing key")
        code, out, _ = run("config", environment={
            "JWT_SECRET_KEY": "another secret of these tests", "TEST_API_KEY": "tester-key-012345"})
        check(code == 0 and "SECRET_KEY=(set, hidden)" in out and "another" not in out
              and "TEST_API_KEY=(set, hidden)" in out and "tester-key-012345" not in out, out)
