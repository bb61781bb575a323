"""The contract of S0's accounts: registration, login, tokens, with its odd statuses."""

import base64
import hashlib
import hmac
import json
import time

from bench import Area, Server, case, check, equal

SECRET = "a secret key of these tests alone"
PERSON = {"email": "ann@example.org", "password": "correct horse"}


def bare(server):
    """A client without a key."""
    session = server.session()
    session.key = None
    return session


def decoded(part):
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))


def encoded(value):
    text = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(text).rstrip(b"=").decode()


def signed(head, claims, key=SECRET):
    text = f"{encoded(head)}.{encoded(claims)}"
    code = hmac.new(key.encode(), text.encode(), hashlib.sha256).digest()
    return f"{text}.{encoded(code)}"


def said(answer):
    return answer.status, answer.json


def says(status, message):
    return status, {"message": message}


@case("S0.2 POST /auth/register: 201; what is missing, taken or too long: 401; salted hash at rest")
def register():
    with Area("contract-s0") as area:
        server = Server(area)
        server.start()
        session = bare(server)
        path = "/auth/register"
        equal(said(session.post(path, PERSON)), says(201, "Successfully Registered"), "register")
        for body in ({"email": "x@y"}, {"password": "x"}, {}, [], "{", "", "null", '"text"',
                     {"email": "", "password": "x"}, {"email": "x@y", "password": ""},
                     {"email": None, "password": None}, {"email": 1, "password": 2}):
            equal(said(session.post(path, body)), says(401, "Insufficient Credentials"), f"{body}")
        taken = says(401, "Email Already Registered With a User")
        equal(said(session.post(path, PERSON)), taken, "the same again")
        equal(said(session.post(path, dict(PERSON, email="ANN@example.org"))), taken, "other case")
        long = dict(PERSON, email="a" * 66 + "@b.c")
        equal(said(session.post(path, long)), says(201, "Successfully Registered"), "70 bytes")
        long["email"] = "a" * 67 + "@b.c"
        equal(said(session.post(path, long)), says(401, "DataBase Error, Try Again Later"), "71")
        equal(session.request("GET", path).status, 405, "GET")
        equal(session.post(path, "x" * 17000).status, 413, "too large")
        server.stop()
        with open(area.file("data", "identity.db"), "rb") as file:
            bytes = file.read()
        check(b"$argon2id$" in bytes, "the hash is argon2id")
        check(b"correct horse" not in bytes, "the password is not kept")


@case("S0.3 POST /auth/login: 201 and a token; missing and unknown: 401; wrong password: 403")
def login():
    with Area("contract-s0") as area:
        server = Server(area)
        server.start()
        session = bare(server)
        session.post("/auth/register", PERSON)
        path = "/auth/login"
        answer = session.post(path, PERSON)
        equal((answer.status, set(answer.json), answer.json["message"]),
              (201, {"message", "token"}, "Successful Sign-In"), "login")
        for body in ({"email": "x@y"}, {"password": "x"}, {}, "{", ""):
            equal(said(session.post(path, body)), says(401, "Insufficient Credentials"), f"{body}")
        equal(said(session.post(path, dict(PERSON, email="x@y"))),
              says(401, "User Does Not Exist"), "unknown")
        equal(said(session.post(path, dict(PERSON, password="wrong"))),
              says(403, "Incorrect Password"), "wrong")


@case("S0.4 the token: HS256 by SECRET_KEY or JWT_SECRET_KEY, email, 30 minutes; any other is refused")
def token():
    for variable in ("SECRET_KEY", "JWT_SECRET_KEY"):
        with Area("contract-s0") as area:
            server = Server(area, environment={variable: SECRET})
            server.start()
            session = bare(server)
            session.post("/auth/register", PERSON)
            text = session.post("/auth/login", PERSON).json["token"]
            head, body, code = text.split(".")
            equal(decoded(head)["alg"], "HS256", "algorithm")
            claims = decoded(body)
            equal(claims["email"], PERSON["email"], "email")
            check(abs(claims["exp"] - time.time() - 1800) < 5, f"ends {claims['exp']}")
            wanted = hmac.new(SECRET.encode(), f"{head}.{body}".encode(), hashlib.sha256).digest()
            equal(code, encoded(wanted), "signature by the key")

            def test(token):
                return said(session.request("GET", "/tokentest", None, {"x-access-token": token}))

            found = says(200, f"Token Found, Successfull Login of {PERSON['email']}")
            equal(test(text), found, "the token")
            good = {"alg": "HS256", "typ": "JWT"}
            equal(test(signed(good, claims)), found, "the same claims by another program")
            missing = says(401, "Token is Missing")
            equal(said(session.get("/tokentest")), missing, "absent")
            equal(test(""), missing, "empty")
            for bad in (
                    "x", "..", text + "x", text[:-1], f"{head}.{body}.", f"{head}.{body}",
                    signed(good, claims, "another key of these tests"),
                    signed(good, dict(claims, exp=int(time.time()) - 1)),
                    signed(good, dict(claims, email="x@y")),
                    signed(good, dict(claims, role="admin")),
                    signed(good, dict(claims, generation=2)),
                    signed({"alg": "none"}, claims), signed({"alg": "RS256"}, claims),
                    encoded({"alg": "none", "typ": "JWT"}) + f".{body}.",
                    encoded({"alg": "none", "typ": "JWT"}) + f".{body}.{code}"):
                equal(test(bad), says(401, "Token Is Invalid!!"), f"{bad}")


@case("S0.5 GET and POST /tokentest; a subscriber's token opens nothing else; it ends by logout")
def subscriber():
    with Area("contract-s0") as area:
        server = Server(area)
        server.start()
        session = bare(server)
        session.post("/auth/register", PERSON)
        token = session.post("/auth/login", PERSON).json["token"]
        found = says(200, f"Token Found, Successfull Login of {PERSON['email']}")
        headers = {"x-access-token": token}
        equal(said(session.request("GET", "/tokentest", None, headers)), found, "GET")
        equal(said(session.request("POST", "/tokentest", "", headers)), found, "POST")
        for headers in ({"x-access-token": token}, {"Authorization": f"Bearer {token}"}):
            answer = session.request("GET", "/api/v1/quarantine", None, headers)
            equal(answer.status, 403, f"{answer}")
            check("'viewer'" in answer.json["message"], f"names the role: {answer}")
            equal(session.request("GET", "/api/v1/users", None, headers).status, 403, "users")
        bearer = {"Authorization": f"bearer {token}"}
        equal(session.request("POST", "/api/v1/logout", "", bearer).status, 200, "logout")
        answer = session.request("GET", "/tokentest", None, {"x-access-token": token})
        equal(said(answer), says(401, "Token Is Invalid!!"), "after the logout")
        equal(server.stop(), 0, "exit code")
        server.start()
        equal(bare(server).post("/auth/login", PERSON).status, 201, "after a restart")
