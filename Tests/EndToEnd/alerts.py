"""Alerts from decisions to people and programs: grouping, states, webhooks, crashes, contacts."""

import json
import os
import random
import sqlite3
import threading
import time

from bench import Area, Server, case, check, equal, files_hold
from contract_s0 import bare
from contract_s1_notifications import NOTIFY
from contract_s2 import payment, send
from post_office import MailServer, Receiver, WebServer, certificate, wait

ALERTS = "/api/v1/alerts"


def all_alerts(session, query=""):
    answer = session.get(ALERTS + query)
    equal(answer.status, 200, f"{answer}")
    return answer.json["alerts"]


def follows(session):
    """Waits until everything that is durable was looked at."""
    wait(lambda: session.get(NOTIFY + "/health").json["log_lag_bytes"] == 0, "the follower")


def system(session, type, message="m"):
    answer = session.post(NOTIFY + "/system-alert", {"alert_type": type, "message": message})
    equal(answer.status, 200, f"{answer}")
    return answer.json


@case("decisions that rules send to review are alerts, one for each account, mailed once")
def decisions():
    with Area("alerts") as area, MailServer(area) as mail:
        server = Server(area, environment=mail.environment())
        server.start()
        session = server.session()
        send(session, payment(1000, 600, user=1), payment(1001, 5, user=1))
        mail.wait(1)
        send(session, payment(1002, 700, user=1), payment(1003, 800, user=2))
        mail.wait(2)
        follows(session)
        found = all_alerts(session)
        equal([(alert["kind"], alert["state"], alert["count"], alert["source"],
                alert["transaction"]["account"]) for alert in found],
              [("fraud", "triggered", 1, "payment", "2"), ("fraud", "triggered", 2, "payment", "1")],
              "alerts")
        whole = session.get(f"{ALERTS}/{found[1]['id']}").json
        equal(sorted(item["transaction_id"] for item in whole["transactions"]), ["1000", "1002"],
              "transactions")
        equal([letter.to for letter in mail.letters], [["security@example.com"]] * 2, "letters")
        check("Amount: 600.00" in mail.letters[0].text, mail.letters[0].text)
        lags = {row["name"]: row for row in session.get("/api/v1/projections").json["projections"]}
        equal(lags["alerts"]["state"], "following", "a projection")


@case("policy: ALERT_SCORE_THRESHOLD by source and ALERT_OUTCOMES say what is an alert")
def policy():
    for environment, expected in (
            ({}, 1), ({"ALERT_OUTCOMES": "none"}, 0), ({"ALERT_OUTCOMES": "decline"}, 0),
            ({"ALERT_SCORE_THRESHOLD": "0.9,retail=0.0"}, 2)):
        with Area("alerts") as area:
            server = Server(area, environment=environment)
            server.start()
            session = server.session()
            transfer = {"transaction_id": "p1", "step": 1, "type": "TRANSFER", "amount": 900000.0,
                        "nameOrig": "C1", "oldbalanceOrg": 900000.0, "newbalanceOrig": 0.0,
                        "nameDest": "C2", "oldbalanceDest": 0.0, "newbalanceDest": 0.0}
            found = session.post("/api/v1/transactions?source=paysim&", transfer).json
            equal(found["outcome"], "review", f"{found}")
            session.post("/api/v1/transactions?source=retail",
                         {"user_id": "u", "amount": 5, "location": "x"})
            follows(session)
            alerts = all_alerts(session)
            equal(len(alerts), expected, f"{environment}: {alerts}")
    for bad in ({"ALERT_SCORE_THRESHOLD": "2"}, {"ALERT_SCORE_THRESHOLD": "nowhere=0.5"},
                {"ALERT_OUTCOMES": "approve"}, {"FROM_EMAIL": "a@b\nc"}, {"SMTP_SERVER": "a/b"},
                {"PRICE_FEED_URL": "http://example.org"}, {"ALERT_REPORT_HOUR": "24"},
                {"ASSAY_CA_FILE": "/nowhere"}, {"SMTP_SERVER": "mail.example.org"}):
        with Area("alerts") as area:
            server = Server(area, environment=bad)
            try:
                server.start()
                check(False, f"{bad} is taken")
            except AssertionError as error:
                check("ended with" in str(error), f"{bad}: {error}")


@case("the states: acknowledge, snooze, resolve, reopen, each where it is allowed; who did is noted")
def states():
    with Area("alerts") as area, MailServer(area) as mail:
        server = Server(area, environment=mail.environment(ALERT_WINDOW="3600"))
        server.start()
        session = server.session()
        system(session, "one")
        id = all_alerts(session)[0]["id"]

        def change(word, body="", status=200):
            answer = session.post(f"{ALERTS}/{id}/{word}", body)
            equal(answer.status, status, f"{word}: {answer}")
            return answer.json.get("state")

        equal(change("acknowledge"), "acknowledged", "acknowledge")
        change("acknowledge", status=409)
        equal(change("reopen"), "triggered", "reopen")
        change("reopen", status=409)
        equal(change("resolve"), "resolved", "resolve")
        for word in ("acknowledge", "resolve"):
            change(word, status=409)
        change("snooze", {"minutes": 5}, status=409)
        equal(system(session, "one")["status"], "skipped", "within the window")
        found = all_alerts(session)[0]
        equal((found["state"], found["count"]), ("triggered", 2), "it comes again")
        for body in ({}, "", {"minutes": 0}, {"minutes": "x"}, {"until": "2020-01-01T00:00:00Z"},
                     {"until": "soon"}, {"until": "2199-01-01T00:00:00Z"}, {"minutes": 5, "x": 1}):
            check(session.post(f"{ALERTS}/{id}/snooze", body).status in (400, 422), f"{body}")
        mail.wait(1)
        until = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 3))
        equal(change("snooze", {"until": until}), "snoozed", "snooze")
        equal(all_alerts(session, "?state=snoozed")[0]["snoozed_until"], until, "until")
        equal(len(mail.letters), 1, "silent")
        wait(lambda: all_alerts(session, "?state=triggered"), "the end of the snooze")
        mail.wait(2)
        for path in ("/999", "/0", "/x", "/-1"):
            equal(session.get(ALERTS + path).status, 404, path)
            equal(session.post(f"{ALERTS}{path}/resolve", "").status, 404, path)
        actions = [line["action"] for line in session.get("/api/v1/audit").json["entries"]]
        for action in ("alert.acknowledge", "alert.snooze", "alert.resolve", "alert.reopen"):
            check(action in actions, f"{action} in {actions}")


@case("the list: by kind, state, source and time, in pages; queries that say nothing are 422")
def listing():
    with Area("alerts") as area:
        server = Server(area)
        server.start()
        session = server.session()
        for number in range(25):
            system(session, f"type{number}")
        send(session, payment(1000, 600, user=1))
        wait(lambda: all_alerts(session, "?kind=fraud"), "the fraud alert")
        seen, cursor = [], None
        while True:
            page = session.get(f"{ALERTS}?limit=10" + (f"&cursor={cursor}" if cursor else "")).json
            seen += page["alerts"]
            cursor = page["next_cursor"]
            if cursor is None:
                break
        equal(len(seen), 26, "all")
        equal([alert["id"] for alert in seen], sorted((a["id"] for a in seen), reverse=True), "order")
        equal(len(all_alerts(session, "?kind=system&limit=100")), 25, "kind")
        equal(len(all_alerts(session, "?source=payment")), 1, "source")
        equal(len(all_alerts(session, "?since=2100-01-01")), 0, "since")
        equal(len(all_alerts(session, "?since=2020-01-01&state=triggered&kind=fraud")), 1, "all of it")
        for query in ("kind=x", "state=x", "source=x", "since=x", "limit=0", "limit=1001", "cursor=x"):
            equal(session.get(f"{ALERTS}?{query}").status, 422, query)


@case("what the monitor finds is a system alert, told by mail, and resolved when it is over")
def monitor():
    with Area("alerts") as area, MailServer(area) as mail:
        server = Server(area, environment=mail.environment(
            MONITORING_INTERVAL="0.1", ALERT_DISK_THRESHOLD="0.01", ALERT_CPU_THRESHOLD="100"))
        server.start()
        session = server.session()
        letter = mail.wait(1)[0]
        equal(letter.subject, "🔧 FraudShield System Alert: High Disk", "subject")
        found = [a for a in all_alerts(session, "?kind=system") if a["type"] == "high_disk"]
        equal([(alert["state"], alert["severity"]) for alert in found], [("triggered", "critical")],
              "alert")
        equal(session.get("/api/v1/monitoring/alerts").json["alerts"][-1]["type"], "high_disk", "S1's")


@case("webhooks: signed, for the kinds asked for; what fails is tried again, with the same bytes")
def webhooks():
    with Area("alerts") as area, Receiver() as receiver, Receiver() as other:
        server = Server(area, environment={"ALERT_RETRY_SECONDS": "0.1"})
        server.start()
        session = server.session()
        path = "/api/v1/webhooks"
        answer = session.post(path, {"url": receiver.url + "/in?a=secret-part"})
        equal(answer.status, 201, f"{answer}")
        secret = answer.json["secret"]
        equal(answer.json["kinds"], ["fraud", "system"], "kinds")
        second = session.post(path, {"url": other.url, "kinds": ["fraud"]}).json
        listed = session.get(path)
        equal([set(row) for row in listed.json["webhooks"]], [{"id", "url", "kinds", "created"}] * 2,
              "no secret is listed")
        check("secret-part" not in listed.body.decode(), f"{listed}")
        for bad in ("", "ftp://x", "http://example.org", "https://", "https://u:p@h/",
                    "https://a b", "https://h\r\nX: y", "https://h:99999", "//h", 5, None,
                    "https://" + "h" * 3000, "file:///etc/passwd"):
            equal(session.post(path, {"url": bad}).status, 422, f"{bad}")
        equal(session.post(path, {"url": receiver.url, "kinds": ["x"]}).status, 422, "kinds")
        receiver.status = 500
        system(session, "down", "<b>&\"'")
        wait(lambda: len(receiver.requests) >= 3, "attempts")
        receiver.status = 204
        wait(lambda: receiver.told(secret) and receiver.status == 204, "told")
        told = receiver.told(secret)
        equal({body for _, _, body in receiver.requests}, {receiver.requests[0][2]}, "same bytes")
        equal((told[0]["kind"], told[0]["type"], told[0]["message"]), ("system", "down", "<b>&\"'"),
              "body")
        send(session, payment(1000, 600))
        wait(lambda: other.requests, "the other one")
        told = other.told(second["secret"])[0]
        equal((told["kind"], told["transaction"]["amount"], told["source"]),
              ("fraud", "600.00", "payment"), f"{told}")
        equal(session.request("DELETE", f"{path}/{second['id']}").status, 200, "removed")
        equal(session.request("DELETE", f"{path}/{second['id']}").status, 404, "once")
        equal(files_hold(server.data, secret.encode()), [], "the secret at rest")
        for word in (secret, "secret-part"):
            check(word not in server.errors() + session.get("/metrics").body.decode(), word)


@case("a receiver that hangs delays nobody else, and is told one thing after the other")
def hanging():
    release, inside, most = threading.Event(), [], []

    def slow(path, body):
        inside.append(body)
        most.append(len(inside))
        release.wait(9)
        inside.remove(body)
        return 200, {}, b"{}"

    with Area("alerts") as area, WebServer(slow) as first, Receiver() as second, \
            Receiver() as third:
        server = Server(area, environment={"ALERT_RETRY_SECONDS": "0.1"})
        server.start()
        session = server.session()
        for receiver in (first, second, third):
            equal(session.post("/api/v1/webhooks", {"url": receiver.url}).status, 201, "webhook")
        names = [f"down-{n}" for n in range(6)]
        system(session, names[0])
        wait(lambda: first.requests, "the one that hangs has its first")
        for name in names[1:]:
            system(session, name)
        for receiver in (second, third):
            wait(lambda: len(receiver.requests) >= len(names), "the others", 8)
            equal([told["type"] for told in receiver.told()], names, "in order, each once")
        equal(len(first.requests), 1, "one at a time")
        check(not release.is_set(), "it hangs still")
        release.set()
        wait(lambda: len(first.requests) >= len(names), "the rest")
        told = [json.loads(body)["type"] for _, _, body in first.requests]
        equal((told, max(most)), (names, 1), "in order, one after the other")
        equal(server.stop(), 0, "exit code")


@case("dead letters: after the last attempt a webhook is given up; a replay sends it; no redirect")
def dead_letters():
    with Area("alerts") as area, Receiver() as receiver, Receiver() as elsewhere:
        server = Server(area, environment={"ALERT_RETRY_SECONDS": "0.05", "ALERT_ATTEMPTS": "3"})
        server.start()
        session = server.session()
        secret = session.post("/api/v1/webhooks", {"url": receiver.url}).json["secret"]
        receiver.status, receiver.fields = 302, {"Location": elsewhere.url}
        system(session, "one")
        path = "/api/v1/webhooks/dead-letters"
        letters = wait(lambda: session.get(path).json["dead_letters"], "the dead letter")
        equal([(row["attempts"], row["recipient"], row["problem"]) for row in letters],
              [(3, "webhook:1", "the receiver answers 302")], "given up")
        equal((len(receiver.requests), len(elsewhere.requests)), (3, 0), "redirects are not followed")
        receiver.status = 200
        equal(session.post(f"{path}/999/replay", "").status, 404, "unknown")
        equal(session.post(f"{path}/x/replay", "").status, 404, "none")
        answer = session.post(f"{path}/{letters[0]['id']}/replay", "")
        equal((answer.status, answer.json), (202, {"replayed": 1}), "replay")
        wait(lambda: len(receiver.requests) == 4, "the replay")
        equal(len({item["id"] for item in receiver.told(secret)}), 1, "the same delivery")
        wait(lambda: not session.get(path).json["dead_letters"], "none left")
        equal(session.get(path + "?channel=x").status, 422, "channel")
        # A receiver that is gone does not keep others waiting.
        gone = Receiver()
        gone.__exit__()
        session.post("/api/v1/webhooks", {"url": gone.url})
        system(session, "two")
        wait(lambda: len(receiver.requests) == 5, "the one that is there")
        wait(lambda: session.get(path).json["dead_letters"], "the one that is gone")


@case("kill -9 while mails go out: none is lost, and each crash repeats one at the most")
def crashes():
    with Area("alerts") as area, MailServer(area) as mail:
        mail.pause = 0.03
        server = Server(area, environment=mail.environment())
        server.start()
        kills, total = 0, 0
        chance = random.Random(7)
        for round in range(6):
            session = server.session()
            count = 12
            send(session, *(payment(1000 + total + n, 600, user=1 + (total + n) % 100)
                            for n in range(count)))
            total += count
            before = len(mail.letters)
            wait(lambda: len(mail.letters) > before + 2, "some letters")
            # Before a letter is taken, or after and before that is known here.
            time.sleep(chance.uniform(0, 0.1))
            server.kill()
            kills += 1
            server.start()
        follows(server.session())
        wait(lambda: len({letter.id for letter in mail.letters}) >= total, "all letters", 30)
        time.sleep(0.5)
        ids = [letter.id for letter in mail.letters]
        equal(len(set(ids)), total, "alerts that were mailed")
        repeated = len(ids) - len(set(ids))
        check(repeated <= kills, f"{repeated} repeated by {kills} crashes")
        for id in set(ids):
            texts = {letter.text for letter in mail.letters if letter.id == id}
            equal(len(texts), 1, "a repetition says the same")
        return f"{total} letters, {kills} crashes, {repeated} repeated"


@case("a cursor that is lost starts at the head: what was mailed is not mailed again")
def lost():
    with Area("alerts") as area, MailServer(area) as mail:
        server = Server(area, environment=mail.environment())
        server.start()
        send(server.session(), payment(1000, 600, user=1))
        mail.wait(1)
        equal(server.stop(), 0, "exit code")
        with sqlite3.connect(os.path.join(server.data, "alerts.db")) as base:
            base.execute("DELETE FROM cursor")
        server.start()
        follows(server.session())
        send(server.session(), payment(1001, 600, user=2))
        mail.wait(2)
        equal(server.stop(), 0, "exit code")
        os.remove(os.path.join(server.data, "alerts.db"))
        server.start()
        follows(server.session())
        equal(all_alerts(server.session()), [], "a store that is lost starts empty")
        send(server.session(), payment(1002, 600, user=3))
        letters = mail.wait(3)
        equal(len(letters), 3, "letters")
        equal([line for letter in letters for line in letter.text.splitlines()
               if line.startswith("Transaction ID")],
              [f"Transaction ID: {id}" for id in (1000, 1001, 1002)], "each once")


@case("TLS: who has no certificate that is trusted, or no TLS, is sent nothing")
def trust():
    with Area("alerts") as area, MailServer(area) as mail:
        pair = certificate(area, "hook")
        with Receiver(tls=pair) as receiver:
            environment = mail.environment(ALERT_ATTEMPTS="2")
            del environment["ASSAY_CA_FILE"]
            server = Server(area, environment=environment)
            server.start()
            session = server.session()
            secret = session.post("/api/v1/webhooks", {"url": receiver.url}).json["secret"]
            equal(system(session, "one")["failed_count"], 1, "not trusted")
            path = "/api/v1/webhooks/dead-letters"
            for channel in ("mail", "webhook"):
                letters = wait(lambda: session.get(
                    f"{path}?channel={channel}").json["dead_letters"], "the dead letter")
                check("TLS" in letters[0]["problem"], f"{letters}")
            equal((mail.letters, mail.logins, receiver.requests), ([], 0, []),
                  "nothing, the password least of all")
            server.stop()
            server.environment = mail.environment(ASSAY_CA_FILE=pair[0])
            server.start()
            equal(server.session().post(path + "/replay", "").json, {"replayed": 1}, "replay")
            wait(lambda: receiver.told(secret), "the webhook that is trusted now")
            server.stop()
    with Area("alerts") as area, MailServer(area, tls=False) as mail:
        server = Server(area, environment=mail.environment(ALERT_ATTEMPTS="1"))
        server.start()
        equal(system(server.session(), "one")["failed_count"], 1, "no TLS")
        equal(mail.letters, [], "nothing")


@case("S4.17 an account holder who wants to be told is; the address is sealed, and can be erased")
def contacts():
    with Area("alerts") as area, MailServer(area) as mail:
        server = Server(area, environment=mail.environment())
        server.start()
        session = server.session()
        holder = {"source": "payment", "account": "7"}
        address = "holder.of.seven@example.net"
        for body in ({}, holder, dict(holder, email="x"), dict(holder, email="a@b\r\nc"),
                     {"email": address}, dict(holder, email=address, more=1)):
            check(session.request("PUT", "/api/v1/contacts", body).status in (400, 422), f"{body}")
        answer = session.request("PUT", "/api/v1/contacts", dict(holder, email=address))
        equal((answer.status, answer.json), (200, {"status": "success"}), "opt-in")
        send(session, payment(1000, 600, user=7), payment(1001, 600, user=8))
        letters = mail.wait(3)
        own = [letter for letter in letters if letter.to == [address]]
        equal([letter.subject for letter in own], ["Unusual payment on your account"], "holder")
        check("600.00" in own[0].text and "Risk" not in own[0].text, own[0].text)
        equal(files_hold(server.data, address.encode()), [], "the address at rest")
        check(address not in server.errors() + server.output(), "in no log")
        keys = [os.path.join(place, name) for place, _, names in
                os.walk(os.path.join(server.data, "keys", "subjects")) for name in names]
        equal([os.stat(key).st_mode & 0o777 for key in keys], [0o600], "its key")
        equal(session.request("DELETE", "/api/v1/contacts", holder).status, 200, "erased")
        equal(session.request("DELETE", "/api/v1/contacts", holder).status, 404, "once")
        check(not os.path.exists(keys[0]), "the key is gone")
        # Who destroys the key alone has erased the address: nothing is sent to it.
        session.request("PUT", "/api/v1/contacts", dict(holder, account="9", email=address))
        for place, _, names in os.walk(os.path.join(server.data, "keys", "subjects")):
            for name in names:
                os.remove(os.path.join(place, name))
        send(session, payment(1002, 600, user=9))
        letters = mail.wait(4)
        follows(session)
        equal([letter.to for letter in letters[3:]], [["security@example.com"]], "no holder")


@case("who may: a subscriber nothing of it, a viewer reads, an analyst changes states")
def access():
    with Area("alerts") as area:
        server = Server(area, environment={"FRONTEND_API_KEY": "front-0123456789"})
        server.start()
        session = server.session()
        system(session, "one")
        session.key = "front-0123456789"
        equal(session.get(ALERTS).status, 200, "read")
        for method, path in (("POST", f"{ALERTS}/1/resolve"), ("POST", "/api/v1/webhooks"),
                             ("GET", "/api/v1/webhooks"), ("POST", NOTIFY + "/system-alert"),
                             ("POST", NOTIFY + "/subscribers"), ("GET", "/end"),
                             ("PUT", "/api/v1/contacts")):
            equal(session.request(method, path, "{}").status, 403, path)
        session = bare(server)
        for method, path in (("GET", ALERTS), ("POST", f"{ALERTS}/1/resolve"), ("GET", "/end")):
            equal(session.request(method, path, "{}").status, 401, path)
