"""The contract of S1's notification service: alerts, subscribers, history, statistics, its mails."""

import json
import os
import subprocess
import time

from bench import ROOT, Area, Server, case, check, equal, files_hold
from contract_s0 import PERSON, bare
from post_office import MailServer, wait

NOTIFY = "/api/v1/notifications"
TRANSACTION = {
    "transaction_id": "T1", "type": "TRANSFER", "amount": 181000.0, "nameOrig": "C1231006815",
    "nameDest": "C553264065", "timestamp": "2026-01-05T10:00:00Z"}


def fraud(session, score=0.931, **more):
    answer = session.post(NOTIFY + "/fraud-alert",
                          {"transaction": dict(TRANSACTION, **more), "risk_score": score})
    equal(answer.status, 200, f"{answer}")
    return answer.json


def subscribe(session, list, address, name="Somebody"):
    answer = session.post(NOTIFY + "/subscribers", {
        "notification_type": list, "contact": {"type": "email", "contact": address, "name": name}})
    equal((answer.status, answer.json["status"]), (200, "success"), f"{answer}")


@case("S1.34, S1.38 POST /fraud-alert: below .8 skipped; else mailed; the same within an hour skipped")
def fraud_alert():
    with Area("contract-s1-notify") as area, MailServer(area) as mail:
        server = Server(area, environment=mail.environment())
        server.start()
        session = server.session()
        equal(fraud(session, 0.5), {
            "status": "skipped", "message": "Risk score 50.00% below threshold 80.00%"}, "below")
        found = fraud(session)
        record = found.pop("alert_record")
        equal(found, {"status": "sent", "sent_count": 1, "failed_count": 0}, "sent")
        check(record.pop("timestamp") > "2026", "timestamp")
        equal(record, {"type": "fraud_alert", "transaction_id": "T1", "risk_score": 0.931,
                       "sent_count": 1, "failed_count": 0}, "record")
        equal(fraud(session), {"status": "skipped", "message": "Alert rate limited"}, "again")
        subscribe(session, "high_risk_alerts", "night@example.org")
        equal(fraud(session, 0.8, transaction_id="T2")["sent_count"], 2, "two subscribers, at .8")
        letter = mail.letters[0]
        equal(letter.subject, "🚨 High Risk Transaction Alert - Risk Score: 93.10%", "subject")
        equal((letter.to, letter.sender), (["security@example.com"], "fraud@example.org"), "people")
        for line in ("Transaction ID: T1", "Type: TRANSFER", "Amount: 181000", "Risk Score: 93.10%",
                     "From Account: C1231006815", "To Account: C553264065",
                     "Timestamp: 2026-01-05T10:00:00Z", "FraudShield Security Team"):
            check(line in letter.text, f"{line}: {letter.text}")
            name, _, value = line.partition(": ")
            check(name in letter.html and value in letter.html, f"{line}: {letter.html}")
        check(letter.html.startswith("<!DOCTYPE html>"), letter.html)
        check(mail.logins >= 3, "signed in each time")
        check(len({letter.id for letter in mail.letters}) == 3, "ids")


@case("S1.35, S1.38 POST /system-alert: the same shape, once an hour for each type")
def system_alert():
    with Area("contract-s1-notify") as area, MailServer(area) as mail:
        server = Server(area, environment=mail.environment())
        server.start()
        session = server.session()
        body = {"alert_type": "batch_high_risk", "message": "7 transactions of job 5",
                "details": {"job": 5, "high": [1, 2]}}
        found = session.post(NOTIFY + "/system-alert", body).json
        equal((found["status"], found["sent_count"], found["alert_record"]["type"]),
              ("sent", 1, "system_alert"), f"{found}")
        equal(session.post(NOTIFY + "/system-alert", body).json["message"], "Alert rate limited", "2")
        other = dict(body, alert_type="disk")
        equal(session.post(NOTIFY + "/system-alert", other).json["status"], "sent", "another type")
        letter = mail.letters[0]
        equal(letter.subject, "🔧 FraudShield System Alert: Batch High Risk", "subject")
        equal(letter.to, ["admin@example.com"], "to")
        for text in (letter.text, letter.html):
            for part in ("batch_high_risk", "7 transactions of job 5", "job", "high"):
                check(part in text, f"{part}: {text}")
        check('Details: {"high":[1,2],"job":5}' in letter.text, letter.text)


@case("S1.36 POST /subscribers: three lists, e-mail only; 400 of anything else; masked where listed")
def subscribers():
    with Area("contract-s1-notify") as area:
        server = Server(area)
        server.start()
        session = server.session()
        path = NOTIFY + "/subscribers"
        for list in ("high_risk_alerts", "system_alerts", "daily_reports"):
            subscribe(session, list, "ann@example.org")
        subscribe(session, "daily_reports", "ann@example.org")
        contact = {"type": "email", "contact": "a@b.c", "name": "x"}
        for body in ({}, [], "{", {"notification_type": "other", "contact": contact},
                     {"notification_type": "daily_reports"},
                     {"notification_type": "daily_reports", "contact": dict(contact, type="sms")},
                     *({"notification_type": "daily_reports", "contact": dict(contact, contact=bad)}
                       for bad in ("", "x", "a@", "@b", "a@b\r\nBcc: c@d", "a@b,c@d", "<a@b>", None,
                                   "a b@c", 5, "ä@example.org", "a@" + "b" * 300)),
                     {"notification_type": "daily_reports", "contact": dict(contact, name="a\nb")}):
            equal(session.post(path, body).status, 400, f"{body}")
        found = session.get(path).json["subscribers"]
        equal([(row["notification_type"], row["contact"]) for row in found],
              [("high_risk_alerts", "s…@example.com"), ("system_alerts", "a…@example.com"),
               ("high_risk_alerts", "a…@example.org"), ("system_alerts", "a…@example.org"),
               ("daily_reports", "a…@example.org")], "listed")
        equal(session.get(NOTIFY + "/stats").json["subscribers"],
              {"high_risk_alerts": 2, "system_alerts": 2, "daily_reports": 1}, "counted")
        id = found[0]["id"]
        equal(session.request("DELETE", f"{path}/{id}").status, 200, "removed")
        equal(session.request("DELETE", f"{path}/{id}").status, 404, "once")
        equal(server.stop(), 0, "exit code")
        server.start()
        equal(len(server.session().get(path).json["subscribers"]), 4, "kept")


@case("S1.37, S1.39 /history, /stats, /health; without a mail server mails are skipped, counted failed")
def history():
    with Area("contract-s1-notify") as area:
        server = Server(area)
        server.start()
        session = server.session()
        equal(session.get(NOTIFY + "/history").json["history"], [], "none")
        for number in range(3):
            found = fraud(session, 0.9, transaction_id=f"T{number}")
            equal((found["status"], found["sent_count"], found["failed_count"]), ("sent", 0, 1), "")
        session.post(NOTIFY + "/system-alert", {"alert_type": "a", "message": "m"})
        found = session.get(NOTIFY + "/history?limit=100").json
        equal(found["count"], 4, "count")
        equal([(row["type"], row.get("transaction_id"), row["failed_count"])
               for row in found["history"]],
              [("system_alert", None, 1), ("fraud_alert", "T2", 1), ("fraud_alert", "T1", 1),
               ("fraud_alert", "T0", 1)], "newest first")
        page = session.get(NOTIFY + "/history?limit=2").json
        rest = session.get(NOTIFY + f"/history?limit=2&cursor={page['next_cursor']}").json
        equal([page["count"], rest["history"]], [2, found["history"][2:]], "pages")
        stats = session.get(NOTIFY + "/stats").json
        equal({name: stats[name] for name in (
            "total_notifications", "fraud_alerts", "system_alerts", "total_sent", "total_failed",
            "success_rate")}, {
                "total_notifications": 4, "fraud_alerts": 3, "system_alerts": 1, "total_sent": 0,
                "total_failed": 4, "success_rate": 0.0}, "statistics")
        health = session.get(NOTIFY + "/health").json
        equal((health["status"], health["service"], health["email_configured"]),
              ("healthy", "Notification Service", False), f"{health}")
        for path in ("/history?limit=0", "/history?limit=1001", "/history?cursor=x"):
            equal(session.get(NOTIFY + path).status, 422, path)
        session.key = None
        for path in ("/history", "/stats", "/health", "/subscribers"):
            equal(session.get(NOTIFY + path).status, 401, path)


@case("S1.34, S1.35 what is wrong in a request is 400; HTML is shown, never run; no line breaks")
def hostile():
    with Area("contract-s1-notify") as area, MailServer(area) as mail:
        server = Server(area, environment=mail.environment())
        server.start()
        session = server.session()
        path = NOTIFY + "/fraud-alert"
        for body in ({}, "{", [], {"transaction": TRANSACTION}, {"risk_score": 0.9},
                     {"transaction": [], "risk_score": 0.9},
                     {"transaction": TRANSACTION, "risk_score": "high"},
                     {"transaction": TRANSACTION, "risk_score": 1.5},
                     {"transaction": dict(TRANSACTION, transaction_id=""), "risk_score": 0.9},
                     {"transaction": dict(TRANSACTION, nameDest="a\r\nBcc: x@y"), "risk_score": .9},
                     {"transaction": dict(TRANSACTION, type="t" * 300), "risk_score": 0.9}):
            equal(session.post(path, body).status, 400, f"{body}")
        for body in ({}, {"alert_type": "x"}, {"message": "x"},
                     {"alert_type": "a\r\nBcc: x@y.z", "message": "m"},
                     {"alert_type": "a", "message": "m\r\n.\r\n"}, {"alert_type": "a" * 200,
                                                                   "message": "m"}):
            equal(session.post(NOTIFY + "/system-alert", body).status, 400, f"{body}")
        equal(mail.letters, [], "nothing was sent")
        script = "<script>alert('x')</script>&\"'"
        equal(fraud(session, 0.9, transaction_id=script, nameOrig=script, type=script)["status"],
              "sent", "sent")
        body = {"alert_type": script, "message": script, "details": {script: script}}
        equal(session.post(NOTIFY + "/system-alert", body).json["status"], "sent", "sent")
        for letter in mail.wait(2):
            check("<script" not in letter.html, letter.html)
            check("&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&amp;&quot;" in letter.html,
                  letter.html)
            check(script in letter.text, letter.text)
            check(all(len(line) <= 998 for line in letter.raw.split(b"\r\n")), "long lines")
        # Separators of lines that are no control characters stay inside of their encoded word.
        equal(session.post(NOTIFY + "/system-alert", {
            "alert_type": "a\u2028Bcc: x@y.z", "message": "\u0085"}).status, 200, "separators")
        letter = mail.wait(3)[2]
        equal(letter.message["Bcc"], None, "no header of its own")
        equal(letter.to, ["admin@example.com"], "to")


@case("S1.36 the daily report is sent once, in its hour, with the day's decisions, and not again")
def report():
    with Area("contract-s1-notify") as area, MailServer(area) as mail:
        clock = area.file("clock.so")
        subprocess.run(["cc", "-shared", "-fPIC", "-o", clock,
                        os.path.join(ROOT, "Tests", "EndToEnd", "clock.c")], check=True)
        server = Server(area, environment=mail.environment(ALERT_REPORT_HOUR="0"))
        server.start()
        session = server.session()
        subscribe(session, "daily_reports", "boss@example.org")
        items = [{"transaction_id": f"t{n}", "account": f"A{n}", "amount": 5} for n in range(12)]
        equal(session.post("/api/v1/transactions", items).status, 200, "decisions")
        today = time.strftime("%Y-%m-%d", time.gmtime())
        equal(session.get("/api/v1/transactions").json["transactions"] != [], True, "projected")
        time.sleep(1)
        equal(mail.letters, [], "no report of a day before the installation")
        equal(server.stop(), 0, "exit code")
        server.environment.update(LD_PRELOAD=clock, ASSAY_TEST_DAYS="1")
        server.start()
        letter = mail.wait(1)[0]
        equal((letter.subject, letter.to),
              (f"📊 FraudShield Daily Report - {today}", ["boss@example.org"]), "report")
        check("Decisions (native): 12" in letter.text and "12" in letter.html, letter.text)
        session = server.session()
        wait(lambda: session.get(NOTIFY + "/history").json["history"][0]["sent_count"] == 1, "mark")
        server.kill()
        server.start()
        server.session().post(NOTIFY + "/system-alert", {"alert_type": "a", "message": "m"})
        equal([letter.to for letter in mail.wait(2)[1:]], [["admin@example.com"]], "not again")
        found = server.session().get(NOTIFY + "/history").json["history"]
        equal([row["type"] for row in found], ["system_alert", "daily_report"], "history")


@case("S1.39 secrets and addresses stand in no log, answer or metric")
def secrets():
    with Area("contract-s1-notify") as area, MailServer(area) as mail:
        server = Server(area, environment=mail.environment(ALERT_ATTEMPTS="2"))
        server.environment["EMAIL_PASSWORD"] = "the wrong password"
        server.start()
        session = server.session()
        found = fraud(session)
        equal((found["sent_count"], found["failed_count"]), (0, 1), f"{found}")
        letters = wait(lambda: session.get(
            "/api/v1/webhooks/dead-letters?channel=mail").json["dead_letters"], "the dead letter")
        equal(letters[0]["attempts"], 2, "attempts")
        seen = json.dumps(letters) + server.errors() + server.output()
        for path in ("/metrics", NOTIFY + "/history", NOTIFY + "/stats", NOTIFY + "/subscribers",
                     "/api/v1/alerts", "/health"):
            seen += session.get(path).body.decode()
        for secret in ("the wrong password", "security@example.com", "courier@example.org"):
            check(secret not in seen, f"{secret} is told")
        check('assay_alert_deliveries_total{channel="mail",result="failed"}' in seen, "counted")
        equal(files_hold(server.data, b"the wrong password"), [], "at rest")
        # The right password, and the letter goes out.
        server.stop()
        server.environment = mail.environment()
        server.start()
        answer = server.session().post("/api/v1/webhooks/dead-letters/replay?channel=mail", "")
        equal((answer.status, answer.json), (202, {"replayed": 1}), "replay")
        mail.wait(1)
