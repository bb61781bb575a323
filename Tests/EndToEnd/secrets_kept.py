"""Files of keys: damaged, lost, or of another directory. Nothing is opened by an empty key."""

import os
import shutil

from bench import Area, Server, Session, case, check, equal, native, run


def refused(server, *words):
    """The server does not start, and says why."""
    server.launch()
    code = server.process.wait(30)
    text = server.errors()
    check(code != 0, "it started")
    for word in words:
        check(word in text, f"'{word}' is missing in: {text}")


@case("an api-key file that is empty, blank, cut or of NULs admits nobody: the start is refused")
def own_key():
    with Area("api-key") as area:
        server = Server(area, key=None)
        server.start()
        equal(server.stop(), 0, "exit code")
        file = area.file("data", "api-key")
        with open(file, "rb") as text:
            whole = text.read()
        key = whole.strip().decode()
        damaged = [b"", b"\n", b"   \n", b"k", b"\0" * len(whole), whole[:-2], b"sk_" + whole[3:],
                   b"ak_" + b"\xff" * 43, whole + whole, b"a key of my own, long enough"]
        for content in damaged:
            with open(file, "wb") as out:
                out.write(content)
            refused(server, file, "ADMIN_API_KEY", "remove it")
        os.remove(file)
        server.start()
        with open(file, encoding="utf-8") as text:
            fresh = text.read().strip()
        check(fresh != key and len(fresh) == 46 and fresh.startswith("ak_"), fresh)
        session = Session(server)
        for headers, query in (({"X-API-Key": ""}, ""), ({"X-API-Key": "  "}, ""), ({}, "?api_key=")):
            answer = session.request("GET", "/api/v1/users" + query, None, headers)
            equal(answer.status, 401, f"{headers} {query}")
        equal(server.stop(), 0, "exit code")


@case("configured keys have 16 bytes or more")
def configured():
    for name in ("ADMIN_API_KEY", "FRONTEND_API_KEY", "TEST_API_KEY", "SECRET_KEY",
                 "ASSAY_SERVICE_KEY"):
        for value in ("a", "fifteen-bytes-0", " " * 20, "short" + " " * 20):
            code, _, problem = run("config", environment={name: value})
            equal(code, 64, f"{name}={value}")
            check(f"{name} has 16 bytes or more" in problem, problem)
        code, _, problem = run("config", environment={name: "sixteen-bytes-01"})
        equal(code, 0, f"{name}: {problem}")


@case("keys of card tokens, of sealing and of signing: flipped, cut, lost, of another directory")
def keys():
    with Area("keys") as area:
        server = Server(area)
        other = Server(area, data="other")
        for one in (server, other):
            one.start()
            equal(one.session().post("/api/v1/transactions", native("t1")).status, 200, "t1")
            equal(one.stop(), 0, "exit code")
        folder = area.file("data", "keys")
        saved = area.file("saved")
        shutil.copytree(folder, saved)

        def restore():
            shutil.rmtree(folder)
            shutil.copytree(saved, folder)

        for name in ("token", "sealing", "signing"):
            with open(os.path.join(folder, name), "rb") as file:
                whole = file.read()
            for content in (whole[:1], b"", bytes([whole[0] ^ 1]) + whole[1:]):
                with open(os.path.join(folder, name), "wb") as file:
                    file.write(content)
                refused(server, f"keys/{name}", "restore the folder 'keys' from a copy")
            restore()
        for name in ("token", "sealing"):
            os.remove(os.path.join(folder, name))
            refused(server, f"keys/{name} is missing beside", "restore the folder 'keys'")
            code, _, problem = run("users", "list", "--data", area.file("data"))
            check(code != 0 and "is missing beside" in problem, problem)
            check(not os.path.exists(os.path.join(folder, name)), f"{name} was made anew")
            restore()
        shutil.copy(area.file("other", "keys", "token"), folder)
        refused(server, "keys/token is not the key of this log")
        restore()
        os.remove(os.path.join(folder, "signing"))
        server.start()
        check("all users sign in again" in server.errors(), server.errors())
        equal(server.session().post("/api/v1/transactions", native("t1")).json["duplicate"], True, "t1")
        equal(server.stop(), 0, "exit code")


@case("the log knows its key also by a snapshot alone, and a log of bare keys is taken on")
def by_snapshot():
    with Area("known") as area:
        server = Server(area)
        server.start()
        session = server.session()
        for number in range(50):
            equal(session.post("/api/v1/transactions", native(f"t{number}")).status, 200, "status")
        equal(server.stop(), 0, "exit code")
        code, out, problem = run("snapshot", "--data", area.file("data"))
        equal(code, 0, problem)
        key = area.file("data", "keys", "token")
        with open(key, "rb") as file:
            whole = file.read()
        with open(key, "wb") as file:
            file.write(whole[:32])
        server.start()
        equal(server.stop(), 0, "exit code")
        with open(key, "rb") as file:
            equal(file.read(), whole, "the checksum is added")
        with open(key, "wb") as file:
            file.write(bytes([whole[0] ^ 1]) + whole[1:32])
        refused(server, "keys/token is not the key of this log")
        code, out, problem = run("replay", "--data", area.file("data"), "--verify")
        equal(code, 0, problem)
