"""Decisions pushed to clients: WebSockets and events, history, resuming, slow clients."""

import json
import socket
import sqlite3
import time
import urllib.request

from access import ADMIN, bare, issue, setup_token, signed_in
from bench import Area, Server, case, check, equal, native
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

SINGLE = "/api/v1/transactions"


def retail(number, location="New York"):
    return {"user_id": f"u{number}", "amount": 5 + number, "location": location}


def crypto(id):
    return {
        "transaction_id": id, "timestamp": "2026-01-01 10:00:00", "sender_wallet": "a",
        "receiver_wallet": "b", "amount": 1.5, "currency": "BTC", "gas_fee": 0.001,
        "is_smart_contract": 1, "location": "USA", "device_type": "API", "is_fraud": None}


def open_stream(server, path):
    join = "&" if "?" in path else "?"
    return connect(f"ws://127.0.0.1:{server.port}{path}{join}api_key={server.key}",
                   open_timeout=10, close_timeout=0.5, compression=None)


def take(stream, count, seconds=10):
    return [json.loads(stream.recv(timeout=seconds)) for _ in range(count)]


def events(server, path, last=None, key=None):
    """A generator of (event, id, data) of an event stream."""
    request = urllib.request.Request(f"http://127.0.0.1:{server.port}{path}", headers={
        "X-API-Key": key or server.key, **({"Last-Event-ID": last} if last else {})})
    answer = urllib.request.urlopen(request, timeout=10)
    equal(answer.headers["Content-Type"], "text/event-stream", "type")
    fields = {}
    for line in answer:
        name, _, value = line.decode().rstrip("\n").partition(": ")
        if name:
            fields[name] = value
        elif fields:
            yield fields.get("event"), fields.get("id"), json.loads(fields["data"])
            fields = {}


def bulk(session, first, count):
    """Pays `count` times by lines of a thousand."""
    for start in range(first, first + count, 1000):
        session.lines("native", [
            json.dumps(native(f"t{number}", account=f"A{number % 50}")).encode()
            for number in range(start, min(start + 1000, first + count))])


@case("each path has its shape; history comes first, then what is live")
def shapes():
    with Area("streams") as area:
        server = Server(area)
        server.start()
        session = server.session()
        for number in range(3):
            answer = session.post(SINGLE + "?source=retail", retail(number))
            equal(answer.status, 200, f"{answer}")
        with open_stream(server, "/api/ws") as shop, open_stream(server, "/ws") as wallets, \
                open_stream(server, "/api/v1/stream?source=retail") as own:
            shop.send("hello")
            rows = take(shop, 3)
            equal([row["user_id"] for row in rows], ["u0", "u1", "u2"], "history, oldest first")
            equal(set(rows[0]), {"id", "user_id", "amount", "location", "time", "is_fraud"}, "keys")
            check(isinstance(rows[0]["id"], int) and rows[0]["is_fraud"] is False, f"{rows[0]}")
            session.post(SINGLE + "?source=retail", retail(3))
            session.post(SINGLE + "?source=crypto", crypto("x1"))
            equal(take(shop, 1)[0]["user_id"], "u3", "live")
            sent = crypto("x1")
            sent["is_fraud"] = 0
            equal(take(wallets, 1)[0], sent, "the record as it was sent, with is_fraud")
            decision = take(own, 1)[0]
            equal((decision["source"], decision["outcome"], decision["fraud"]),
                  ("retail", "approve", False), f"{decision}")
            check(decision["transaction"]["account"] == "u3" and decision["reasons"], f"{decision}")
            check(shop.ping().wait(5), "no pong")
            # A filter that nothing passes stays silent, and so does the wallets' path by now.
            with open_stream(server, "/api/v1/stream?outcome=decline&min_score=0.9") as silent:
                session.post(SINGLE + "?source=retail", retail(4))
                equal(take(own, 1)[0]["transaction"]["account"], "u4", "live")
                for stream in (silent, wallets):
                    try:
                        raise AssertionError(f"unexpected: {stream.recv(timeout=0.3)}")
                    except TimeoutError:
                        pass
        stream = events(server, "/api/v1/stream?history=2&source=retail")
        found = [next(stream) for _ in range(2)]
        equal([data["transaction"]["account"] for _, _, data in found], ["u3", "u4"], "history")
        stream = events(server, "/api/v1/stream?source=retail", last=found[0][1])
        equal(next(stream)[2]["transaction"]["account"], "u4", "after Last-Event-ID")


@case("a client that comes back misses nothing and sees nothing twice, after a kill -9 too")
def resumes():
    with Area("streams") as area:
        server = Server(area)
        server.start()
        session = server.session()
        seen, place = [], None
        with open_stream(server, "/api/v1/stream") as stream:
            bulk(session, 0, 500)
            rows = take(stream, 200)
            seen += [row["transaction_id"] for row in rows]
            place = rows[-1]["place"]
        bulk(session, 500, 1500)
        with open_stream(server, f"/api/v1/stream?after={place}") as stream:
            rows = take(stream, 900)
            seen += [row["transaction_id"] for row in rows]
            place = rows[-1]["place"]
        server.kill()
        server.start(60)
        session = server.session()
        with open_stream(server, f"/api/v1/stream?after={place}") as stream:
            bulk(session, 2000, 100)
            rows = take(stream, 2100 - len(seen))
            seen += [row["transaction_id"] for row in rows]
        equal(seen, [f"t{number}" for number in range(2100)], "all in order, each once")
        # From a place without its batch, as history gives it, and from one that never was.
        entry = rows[0]["place"].split("-")[1]
        with open_stream(server, f"/api/v1/stream?after={entry}-{entry}") as stream:
            equal(take(stream, 1)[0]["transaction_id"], rows[1]["transaction_id"], "whole segment")
        with open_stream(server, f"/api/v1/stream?after=77-{entry}") as stream:
            bulk(session, 2100, 1)
            rows = take(stream, 2)
            check("skipped" in rows[0], f"{rows[0]}")


@case("a client that reads nothing is told what it missed; memory stays bounded, others go on")
def slow():
    with Area("streams") as area:
        server = Server(area)
        server.start()
        session = server.session()
        # A small window, so that little fits into the sockets between.
        raw = socket.socket()
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        raw.connect(("127.0.0.1", server.port))
        with connect(f"ws://127.0.0.1:{server.port}/api/v1/stream?api_key={server.key}",
                     sock=raw, compression=None, max_queue=1) as idle, \
                open_stream(server, "/api/v1/stream") as other:
            number = 0
            for start in range(0, 30_000, 5000):
                bulk(session, start, 5000)
                for row in take(other, 5000):
                    equal(row["transaction_id"], f"t{number}", "the other client's next")
                    number += 1
            before = server.resident_mib()
            ids, gap = [], None
            while not ids or ids[-1] != "t29999":
                row = take(idle, 1)[0]
                if "skipped" in row:
                    gap = len(ids)
                else:
                    ids.append(row["transaction_id"])
            check(gap is not None, "nothing was skipped")
            numbers = [int(id[1:]) for id in ids]
            equal(numbers[:gap], list(range(gap)), "before the gap")
            equal(numbers[gap:], list(range(numbers[gap], 30_000)), "behind the gap")
            check(numbers[gap] > gap, "the gap")
            check(before < 700, f"{before} MiB resident")


@case("what is no handshake, or asks for what is not there, is refused; many clients are served")
def refused():
    with Area("streams") as area:
        server = Server(area)
        server.start()
        session = server.session()
        for path in ("/ws", "/api/ws"):
            answer = session.get(path)
            equal((answer.status, answer.headers["Upgrade"]), (426, "websocket"), f"{answer}")
        for query, field in [
                ("outcome=maybe", "outcome"), ("min_score=2", "min_score"), ("source=x", "source"),
                ("history=1001", "history"), ("after=5", "after"), ("after=9-5", "after"),
                ("after=0-999999999999", "after"), ("fraud_only=maybe", "fraud_only")]:
            answer = session.get("/api/v1/stream?" + query)
            equal((answer.status, answer.json["field"]), (422, field), f"{query}: {answer}")
        answer = session.request("HEAD", "/api/v1/stream")
        equal((answer.status, answer.headers["Content-Type"], answer.body),
              (200, "text/event-stream", b""), f"{answer}")
        try:
            connect(f"ws://127.0.0.1:{server.port}/api/v1/stream", open_timeout=5).close()
            raise AssertionError("a stream without a key")
        except InvalidStatus as error:
            equal(error.response.status_code, 401, "status")
        with open_stream(server, "/ws") as stream:
            # Unmasked, which no client may send.
            stream.socket.sendall(b"\x81\x02hi")
            try:
                raise AssertionError(f"{stream.recv(timeout=5)}")
            except ConnectionClosed as error:
                equal(error.rcvd.code if error.rcvd else 1006, 1002, "a protocol error")
        streams = [open_stream(server, "/api/v1/stream") for _ in range(300)]
        bulk(session, 0, 50)
        for stream in streams:
            equal([row["transaction_id"] for row in take(stream, 50)],
                  [f"t{number}" for number in range(50)], "each sees all")
        server.stop()
        for stream in streams:
            try:
                raise AssertionError(f"{stream.recv(timeout=5)}")
            except ConnectionClosed as error:
                equal(error.rcvd.code, 1001, "the server goes")


def told(stream, seconds=10):
    """The code and the words with which a WebSocket is ended, passing over what comes before."""
    deadline = time.monotonic() + seconds
    try:
        while True:
            stream.recv(timeout=max(0.1, deadline - time.monotonic()))
    except ConnectionClosed as end:
        return end.rcvd.code, end.rcvd.reason


REASON = "the key or the token is not valid any more"


@case("a stream ends with its key (revoked, replaced, expired) and its token; others go on")
def rights():
    with Area("streams") as area:
        server = Server(area)
        server.start()
        session = server.session()

        def opened(key, path="/api/v1/stream"):
            return connect(f"ws://127.0.0.1:{server.port}{path}?api_key={key}", open_timeout=10,
                           close_timeout=0.5, compression=None)

        made = {name: issue(session, name, ["read"], expires_days=1)
                for name in ("revoked", "replaced", "expired", "stays")}
        streams = {name: opened(key["key"]) for name, key in made.items()}
        # The shop's path is open to this machine: no key opened it, and none ends it.
        shop = opened(made["revoked"]["key"], "/api/ws")
        followed = events(server, "/api/v1/stream?history=1", key=made["replaced"]["key"])
        session.post(SINGLE, native("a"))
        equal(next(followed)[2]["transaction_id"], "a", "events before")

        session.request("DELETE", f"/api/v1/keys/{made['revoked']['id']}")
        equal(told(streams["revoked"]), (1008, REASON), "revoked")
        session.post(f"/api/v1/keys/{made['replaced']['id']}/rotate", "")
        equal(told(streams["replaced"]), (1008, REASON), "replaced")
        equal([(name, data) for name, _, data in followed if name == "end"],
              [("end", {"end": REASON})], "the end of the events")
        # As another process could: keys end in days, which no test waits for.
        with sqlite3.connect(area.file("data", "identity.db")) as base:
            base.execute("UPDATE state SET revision = revision + 1")
            base.execute("UPDATE api_key SET expires = ?, changed = (SELECT revision FROM state)"
                         " WHERE id = ?", (int((time.time() + 2) * 1e6), made["expired"]["id"]))
        equal(told(streams["expired"]), (1008, REASON), "expired")

        bare(server).post("/api/v1/setup", dict(ADMIN, token=setup_token(server)))
        root = signed_in(server, **ADMIN)
        person = {"email": "v@example.org", "password": "eight bytes"}
        user = session.request("POST", "/api/v1/users", dict(person, role="viewer"), root).json

        def signed(email, password):
            fields = signed_in(server, email, password)
            return fields, connect(f"ws://127.0.0.1:{server.port}/api/v1/stream", open_timeout=10,
                                   close_timeout=0.5, compression=None, additional_headers=fields)

        mine = signed_in(server, **ADMIN)
        admin = connect(f"ws://127.0.0.1:{server.port}/api/v1/stream", compression=None,
                        close_timeout=0.5, additional_headers=mine)
        _, stream = signed(**person)
        path = f"/api/v1/users/{user['id']}/role"
        equal(session.request("PUT", path, {"role": "analyst"}, root).status, 200, "role")
        equal(told(stream), (1008, REASON), "another role")
        fields, stream = signed(**person)
        equal(bare(server).request("POST", "/api/v1/logout", "", fields).status, 200, "logout")
        equal(told(stream), (1008, REASON), "signed out")

        for one in (streams["stays"], shop, admin):
            one.ping().wait(5)
        session.post(SINGLE, native("z"))
        seen = [row["transaction_id"] for row in take(streams["stays"], 2)]
        equal(seen, ["a", "z"], "the others go on")
        equal([row["transaction_id"] for row in take(admin, 1)], ["z"], "so does the token's")
        for one in (streams["stays"], shop, admin):
            one.close()
        equal(server.stop(), 0, "exit code")
