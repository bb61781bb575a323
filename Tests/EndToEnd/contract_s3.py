"""The contract of S3, the crypto pipeline: what its clients over HTTP and WebSocket see."""

import json

from bench import Area, Server, case, equal
from websockets.sync.client import connect

RECORD = {
    "transaction_id": "3f2b8c1e-7d44-4f0a-9a51-2f6f0c0f1a11", "timestamp": "2026-01-01 10:00:00",
    "sender_wallet": "1BoatSLRHtKNngkdXEeobR76b53LETtpyT",
    "receiver_wallet": "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa", "amount": 1.5, "currency": "BTC",
    "gas_fee": 0.001, "is_smart_contract": 1, "location": "Germany", "device_type": "mobile",
    "is_fraud": None}
PATH = "/api/v1/transactions?source=crypto"


def send(session, number):
    record = dict(RECORD, transaction_id=f"{number:08d}-7d44-4f0a-9a51-2f6f0c0f1a11")
    answer = session.post(PATH, record)
    equal(answer.status, 200, f"{answer}")
    return dict(record, is_fraud=0)


@case("S3.8 GET /latest: a bare array of records with is_fraud 0 or 1, newest first, 50 or limit")
def latest():
    with Area("contract-s3") as area:
        server = Server(area)
        server.start()
        session = server.session()
        equal(bare(server, "/latest"), [], "of nothing")
        sent = [send(session, number) for number in range(60)]
        equal(bare(server, "/latest"), sent[:9:-1], "the newest fifty")
        equal(bare(server, "/latest?limit=3"), sent[:-4:-1], "the newest three")
        answer = session.get("/latest?limit=0")
        equal((answer.status, answer.json["detail"][0]["loc"]), (422, ["query", "limit"]), f"{answer}")


def bare(server, path):
    """As a client of this machine without a key."""
    session = server.session()
    session.key = None
    answer = session.get(path)
    equal(answer.status, 200, f"{path}: {answer}")
    return answer.json


@case("S3.9 /ws: each decided record as JSON text, live only; what the client says is ignored")
def live():
    with Area("contract-s3") as area:
        server = Server(area)
        server.start()
        session = server.session()
        send(session, 1)
        with connect(f"ws://127.0.0.1:{server.port}/ws", close_timeout=0.5) as stream:
            stream.send("Hello from browser!")
            sent = send(session, 2)
            equal(json.loads(stream.recv(timeout=5)), sent, "the record")
