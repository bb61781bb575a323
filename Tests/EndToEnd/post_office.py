"""Real servers that alerts are sent to: mail with STARTTLS and login, webhooks, a price feed."""

import email
import email.policy
import hashlib
import hmac
import http.server
import json
import logging
import os
import re
import socket
import ssl
import subprocess
import threading
import time

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult

from bench import check, equal

logging.getLogger("mail.log").setLevel(logging.CRITICAL + 1)
USER = "courier@example.org"
PASSWORD = "swordfish for the courier"


def wait(ready, what, seconds=20):
    """Waits until something is true; what it was."""
    end = time.monotonic() + seconds
    while True:
        found = ready()
        if found:
            return found
        check(time.monotonic() < end, f"waited {seconds} s for {what}")
        time.sleep(0.02)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def certificate(area, name="mail"):
    """A certificate of this machine that nobody else trusts: its file and its key."""
    cert, key = area.file(name + ".pem"), area.file(name + ".key")
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
         "-nodes", "-days", "2", "-subj", "/CN=localhost", "-addext",
         "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout", key, "-out", cert],
        check=True, capture_output=True)
    return cert, key


class Letter:
    """A mail as it arrived."""

    def __init__(self, envelope):
        self.sender = envelope.mail_from
        self.to = envelope.rcpt_tos
        self.raw = envelope.content
        self.message = email.message_from_bytes(envelope.content, policy=email.policy.default)
        self.subject = self.message["Subject"]
        self.id = self.message["Message-ID"]
        self.text = self.message.get_body(("plain",)).get_content()
        self.html = self.message.get_body(("html",)).get_content()

    def __repr__(self):
        return f"{self.to} {self.subject!r}"


class MailServer:
    """Takes mail over TLS from those who know the password."""

    def __init__(self, area, tls=True):
        self.cert, key = certificate(area)
        self.letters = []
        self.logins = 0
        self.reply = None
        self.pause = 0
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.cert, key)
        office = self

        def login(server, session, envelope, mechanism, data):
            office.logins += 1
            right = (data.login, data.password) == (USER.encode(), PASSWORD.encode())
            return AuthResult(success=right, handled=False)

        class Handler:
            async def handle_MAIL(self, server, session, envelope, address, options):
                time.sleep(office.pause)
                envelope.mail_from = address
                envelope.mail_options.extend(options)
                return "250 OK"

            async def handle_DATA(self, server, session, envelope):
                answer = office.reply and office.reply(envelope)
                if answer:
                    return answer
                office.letters.append(Letter(envelope))
                time.sleep(office.pause)
                return "250 OK"

        class Office(Controller):
            def factory(self):
                if not tls:
                    return SMTP(self.handler)
                return SMTP(self.handler, require_starttls=True, tls_context=context,
                            authenticator=login, auth_required=True)

        self.port = free_port()
        self.controller = Office(Handler(), hostname="127.0.0.1", port=self.port)
        self.controller.start()

    def environment(self, **more):
        return {"SMTP_SERVER": "localhost", "SMTP_PORT": str(self.port), "EMAIL_USERNAME": USER,
                "EMAIL_PASSWORD": PASSWORD, "FROM_EMAIL": "fraud@example.org",
                "ASSAY_CA_FILE": self.cert, "ALERT_RETRY_SECONDS": "0.1", **more}

    def wait(self, count, seconds=20):
        wait(lambda: len(self.letters) >= count, f"{count} letters, not {self.letters}", seconds)
        return list(self.letters)

    def stop(self):
        self.controller.stop()

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.stop()


class WebServer:
    """Answers HTTP requests by a function of the path and the body: status, fields, body."""

    def __init__(self, answer, tls=None):
        office = self
        self.requests = []

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def serve(self):
                length = int(self.headers.get("Content-Length", 0))
                body = self.rfile.read(length)
                office.requests.append((self.path, dict(self.headers), body))
                status, fields, text = answer(self.path, body)
                self.send_response(status)
                for name, value in fields.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

            do_GET = do_POST = serve

            def log_message(self, *words):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        # Clients that are killed leave in the middle.
        self.server.handle_error = lambda *words: None
        self.port = self.server.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}"
        if tls:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*tls)
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True,
                                                     do_handshake_on_connect=False)
            self.url = f"https://localhost:{self.port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.server.shutdown()
        self.server.server_close()


class Receiver(WebServer):
    """A webhook's receiver; `status` is what it answers."""

    def __init__(self, tls=None):
        self.status = 200
        self.fields = {}
        super().__init__(lambda path, body: (self.status, self.fields, b"{}"), tls)

    def told(self, secret=None):
        """What arrived, with each signature verified."""
        found = []
        for _, fields, body in list(self.requests):
            if secret:
                verify(fields, body, secret)
            found.append(json.loads(body))
        return found


def verify(fields, body, secret):
    match = re.fullmatch(r"t=(\d+),v1=([0-9a-f]{64})", fields["X-Assay-Signature"])
    check(match, f"signature {fields['X-Assay-Signature']}")
    signed = match[1].encode() + b"." + body
    code = hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()
    equal(match[2], code, "signature")
    check(abs(int(match[1]) - time.time()) < 300, "time of the signature")
    equal(fields["X-Assay-Delivery"], json.loads(body)["id"], "id of the delivery")


class PriceFeed(WebServer):
    """Prices in CoinGecko's shape."""

    PATH = ("/api/v3/coins/markets?vs_currency=USD&order=market_cap_desc&per_page=100&page=1"
            "&sparkline=false")

    def __init__(self, **prices):
        self.prices = prices
        self.status = 200
        self.fields = {}
        self.times = []
        super().__init__(self.coins)

    def coins(self, path, body):
        equal(path, PriceFeed.PATH, "path")
        self.times.append(time.monotonic())
        rows = [{"id": name, "symbol": name, "name": name.title(), "current_price": price,
                 "market_cap": 1000 - place}
                for place, (name, price) in enumerate(self.prices.items())]
        return self.status, self.fields, json.dumps(rows).encode()

    def seen(self, more=1):
        """Waits until prices that were set before have been asked for."""
        count = len(self.times)
        wait(lambda: len(self.times) >= count + more, "a look at prices")
