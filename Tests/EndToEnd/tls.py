"""TLS by certificate files: 1.2 or later, everything that works in the clear, and renewal."""

import http.client
import json
import os
import signal
import socket
import ssl
import subprocess
import threading
import time

from websockets.sync.client import connect

from bench import KEY, Area, Server, Session, case, check, equal, native, verify
from roles import SERVICES, addresses, wait
from score_contract import TRANSACTION


def certificate(area, name, days=2):
    paths = area.file(name + ".pem"), area.file(name + ".key")
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", str(days),
         "-subj", f"/CN={name}", "-addext", "subjectAltName=IP:127.0.0.1,DNS:localhost",
         "-out", paths[0], "-keyout", paths[1]], check=True, capture_output=True)
    return paths


def environment(paths):
    return {"TLS_CERT_FILE": paths[0], "TLS_KEY_FILE": paths[1]}


def trusting(path):
    return ssl.create_default_context(cafile=path)


class Secure(Session):
    def __init__(self, server, context, seconds=30):
        super().__init__(server, seconds)
        self.connection = http.client.HTTPSConnection(
            "127.0.0.1", server.port, timeout=seconds, context=context)


def ticks(server):
    """Hundredths of a second that the server has used of the processors."""
    with open(f"/proc/{server.process.pid}/stat", encoding="ascii") as file:
        return sum(map(int, file.read().rsplit(")", 1)[1].split()[11:13]))


def subject(port, context):
    with socket.create_connection(("127.0.0.1", port), timeout=10) as plain:
        with context.wrap_socket(plain, server_hostname="localhost") as secure:
            return secure.getpeercert()["subject"][0][0][1], secure.version()


@case("requests, streams, uploads and exports over TLS, many at a time; the open routes stay local")
def everything():
    with Area("tls") as area:
        paths = certificate(area, "first")
        server = Server(area, environment=environment(paths))
        server.start()
        check(f"https://127.0.0.1:{server.port}" in server.output(), server.output())
        context = trusting(paths[0])
        session = Secure(server, context)
        for number in range(50):  # One connection, kept.
            equal(session.post("/api/v1/transactions", native(f"t{number}")).status, 200, "status")
        session.key = None
        equal(session.get("/latest").status, 200, "a client of this machine")
        equal(session.request("GET", "/latest", headers={"Host": "example.org"}).status, 401, "not")
        session.key = KEY
        rows = [{**TRANSACTION, "transaction_id": f"s{n}-{k}"} for n in range(1) for k in range(1000)]
        for part in range(5):
            body = {"transactions": [{**row, "transaction_id": f"{part}-{row['transaction_id']}"}
                                     for row in rows]}
            equal(session.post("/api/v1/score", body).status, 200, "a large request")
        table = session.get("/api/v1/ingest/export")
        equal((table.status, table.body.count(b"\n")), (200, 5001), "an export")
        with connect(f"wss://127.0.0.1:{server.port}/api/v1/stream?api_key={KEY}", ssl=context) as stream:
            equal(session.post("/api/v1/transactions", native("live")).status, 200, "status")
            equal(json.loads(stream.recv(timeout=10))["transaction_id"], "live", "pushed")
        lines = "\n".join(["transaction_id,account,amount,time"] + [
            f"u{n},A{n % 50},{n % 90 + 1},2026-01-01T10:00:00Z" for n in range(100_000)]) + "\n"
        file = area.file("rows.csv")
        with open(file, "w", encoding="utf-8") as out:
            out.write(lines)
        done = subprocess.run(
            ["curl", "-sS", "--cacert", paths[0], "-H", f"X-API-Key: {KEY}", "-H", "Content-Type: text/csv",
             "--data-binary", f"@{file}",
             f"https://localhost:{server.port}/api/v1/batch/uploads?source=native&mode=score"],
            capture_output=True, text=True, timeout=60)
        check("job_id" in done.stdout, done.stdout + done.stderr)
        job = json.loads(done.stdout)["job_id"]
        path = f"/api/v1/batch/jobs/{job}"
        found = wait(lambda: (lambda one: one if one["status"] == "completed" else None)(
            session.get(path).json), "the job ends", 60)
        equal(found["processed_items"], 100_000, "rows of the job")
        equal(session.get(path + "/results").body.count(b"\n"), 100_001, "lines of its results")

        problems = []

        def client(name):
            try:
                one = Secure(server, context)
                for number in range(5):
                    answer = one.post("/api/v1/transactions", native(f"c{name}-{number}"))
                    if answer.status != 200:
                        problems.append(repr(answer))
            except Exception as error:
                problems.append(repr(error))

        threads = [threading.Thread(target=client, args=(name,)) for name in range(60)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        check(not problems, f"{problems[:3]}")
        # Who is done leaves no work behind.
        session.connection.close()
        time.sleep(3)
        start = ticks(server)
        time.sleep(1)
        used = ticks(server) - start
        check(used < 50, f"an idle server uses {used} ticks a second")
        equal(server.stop(), 0, "exit code")
        equal(verify(server.data)["decisions"], 50 + 5000 + 1 + 300, "decisions")


@case("TLS 1.2 and later, no other; what is no TLS is let go; handshakes that stall are cut")
def versions():
    with Area("tls") as area:
        paths = certificate(area, "first")
        server = Server(area, environment=environment(paths))
        server.start()
        good = None
        for version, name in ((ssl.TLSVersion.TLSv1_2, "TLSv1.2"), (ssl.TLSVersion.TLSv1_3, "TLSv1.3")):
            context = trusting(paths[0])
            context.minimum_version = context.maximum_version = version
            equal(subject(server.port, context), ("first", name), "version")
        for flag in ("-tls1", "-tls1_1"):
            done = subprocess.run(
                ["openssl", "s_client", flag, "-cipher", "ALL:@SECLEVEL=0", "-connect",
                 f"127.0.0.1:{server.port}"], input=b"", capture_output=True, timeout=20)
            check(done.returncode != 0 or b"Cipher is (NONE)" in done.stdout
                  or b"Cipher    : 0000" in done.stdout, f"{flag}: {done.stdout[-300:]}")
        # Mozilla's "intermediate": forward secrecy, and no CBC.
        for name in ("AES128-SHA", "AES256-SHA256", "AES128-GCM-SHA256", "AES256-GCM-SHA384",
                     "ECDHE-RSA-AES128-SHA", "ECDHE-RSA-AES256-SHA384", "ECDHE-ECDSA-AES128-SHA256",
                     "DHE-RSA-AES128-SHA", "CAMELLIA128-SHA", "ECDHE-ECDSA-AES128-CCM8",
                     "ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-RSA-AES128-GCM-SHA256"):
            done = subprocess.run(
                ["openssl", "s_client", "-tls1_2", "-cipher", name + ":@SECLEVEL=0", "-connect",
                 f"127.0.0.1:{server.port}"], input=b"", capture_output=True, timeout=20)
            if not name.endswith("GCM-SHA256") or not name.startswith("ECDHE"):
                check(done.returncode != 0, f"{name} is taken")
            elif done.returncode == 0:
                good = name
        check(good, "no cipher of TLS 1.2 is taken")
        with socket.create_connection(("127.0.0.1", server.port), timeout=10) as plain:
            plain.sendall(b"GET /health HTTP/1.1\r\nHost: a\r\n\r\n")
            try:
                found = plain.recv(1000)
            except ConnectionError:
                found = b""
        check(b"HTTP" not in found, f"{found}")
        stalled = socket.create_connection(("127.0.0.1", server.port))
        stalled.sendall(b"\x16\x03\x01")
        garbage = socket.create_connection(("127.0.0.1", server.port))
        garbage.sendall(os.urandom(4000))
        equal(Secure(server, trusting(paths[0])).get("/health").status, 200, "others are served")
        stalled.settimeout(20)
        began = time.monotonic()
        equal(stalled.recv(10), b"", "the end")
        check(8 < time.monotonic() - began < 15, f"after {time.monotonic() - began:.1f} s")
        equal(server.stop(), 0, "exit code")


@case("SIGHUP reads the certificate again; one that is broken leaves the old; bad files are refused")
def renewal():
    with Area("tls") as area:
        first, second = certificate(area, "first"), certificate(area, "second")
        paths = area.file("used.pem"), area.file("used.key")

        def use(source):
            for was, now in zip(source, paths):
                with open(was, "rb") as file, open(now + ".new", "wb") as out:
                    out.write(file.read())
                os.rename(now + ".new", now)

        use(first)
        server = Server(area, environment=environment(paths))
        server.start()
        kept = Secure(server, trusting(first[0]))
        equal(kept.get("/health").status, 200, "health")
        use(second)
        server.process.send_signal(signal.SIGHUP)
        wait(lambda: "certificate was read again" in server.errors(), "the note")
        equal(subject(server.port, trusting(second[0]))[0], "second", "the new certificate")
        equal(kept.get("/health").status, 200, "a connection of before goes on")
        with open(paths[1], "w", encoding="ascii") as file:
            file.write("no key")
        server.process.send_signal(signal.SIGHUP)
        wait(lambda: "stays as it was" in server.errors(), "the note")
        equal(subject(server.port, trusting(second[0]))[0], "second", "the old one")
        equal(server.stop(), 0, "exit code")
        for bad, word in (
                ({"TLS_CERT_FILE": first[0]}, "go together"),
                ({"TLS_CERT_FILE": area.file("none"), "TLS_KEY_FILE": first[1]}, "none"),
                ({"TLS_CERT_FILE": first[0], "TLS_KEY_FILE": second[1]}, "key")):
            wrong = Server(area, data="wrong", environment=bad)
            wrong.launch()
            check(wrong.wait() in (1, 64), f"{bad}: exit code")
            check(word in wrong.errors(), f"{bad}: {wrong.errors()}")


@case("--split with TLS: the gateway speaks it, the services behind it are in the clear")
def split():
    with Area("tls") as area:
        paths = certificate(area, "first")
        ports, variables = addresses(SERVICES + ["gateway"])
        server = Server(area, options=["--split"], environment={**variables, **environment(paths)})
        server.start()
        session = Secure(server, trusting(paths[0]))
        answer = wait(lambda: (lambda one: one if one.status == 200 else None)(
            session.post("/api/v1/score", {"transactions": [TRANSACTION]})), "a score")
        equal(answer.json["results"][0]["transaction_id"], TRANSACTION["transaction_id"], "score")
        with connect(f"wss://127.0.0.1:{server.port}/api/ws", ssl=trusting(paths[0])) as stream:
            session.post("/api/transaction", {"user_id": "u", "amount": 5, "location": "Chicago"})
            check("Chicago" in stream.recv(timeout=10), "pushed")
        equal(server.stop(), 0, "exit code")
