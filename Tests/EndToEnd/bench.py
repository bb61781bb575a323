"""What every theme uses: cases, a server to start and stop, clients, a reader of the journal."""

import http.client
import json
import os
import shutil
import signal
import socket
import struct
import subprocess
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
ASSAY = os.environ.get("ASSAY", os.path.join(ROOT, ".build", "release", "assay"))
SOAK = os.environ.get("ASSAY_SOAK") == "1"
KEY = "end-to-end-key-of-the-tests"

CASES = []


class Skip(Exception):
    """A case that this machine cannot run, with the reason."""


def case(sentence):
    """Registers a function as a case; what it returns is printed beside its time."""

    def add(function):
        CASES.append((function.__module__, sentence, function))
        return function

    return add


def check(condition, message):
    if not condition:
        raise AssertionError(message)


def equal(found, expected, what):
    check(found == expected, f"{what}: found {found!r}, expected {expected!r}")


class Area:
    """A temporary directory; it goes away with its case, unless the case failed."""

    kept = []

    def __init__(self, name, under=None):
        self.path = tempfile.mkdtemp(prefix=f"assay-{name}-", dir=under)
        self.servers = []

    def __enter__(self):
        return self

    def file(self, *names):
        return os.path.join(self.path, *names)

    def __exit__(self, kind, error, trace):
        for server in self.servers:
            server.kill()
        if kind is None or kind is Skip:
            shutil.rmtree(self.path, ignore_errors=True)
        else:
            Area.kept.append(self.path)


class Server:
    """`assay serve` on a port of its own; its two outputs are files beside the data directory."""

    def __init__(self, area, data="data", options=(), environment=None, key=KEY):
        self.data = data if os.path.isabs(data) else area.file(data)
        self.area = area
        self.options = list(options)
        self.environment = environment or {}
        self.key = key
        self.process = None
        self.starts = 0
        self.port = None
        area.servers.append(self)

    def launch(self):
        """Starts the process; nothing is waited for."""
        self.starts += 1
        environment = dict(os.environ)
        environment.pop("FRONTEND_API_KEY", None)
        environment.pop("ADMIN_API_KEY", None)
        if self.key:
            environment["ADMIN_API_KEY"] = self.key
        environment.update(self.environment)
        name = os.path.basename(self.data) + f"-{self.starts}"
        self.out = self.area.file(name + ".out")
        self.err = self.area.file(name + ".err")
        with open(self.out, "wb") as out, open(self.err, "wb") as err:
            self.process = subprocess.Popen(
                [ASSAY, "serve", "--data", self.data, "--port", "0"] + self.options,
                stdout=out, stderr=err, env=environment, stdin=subprocess.DEVNULL)
        return self

    def start(self, seconds=30):
        """Starts and waits until it listens; returns the seconds this took."""
        began = time.monotonic()
        self.launch()
        while time.monotonic() - began < seconds:
            for line in self.output().splitlines():
                if line.startswith("assay listens on ") and ":" in line:
                    address = line.split()[3].rstrip(";")
                    self.port = int(address.rsplit(":", 1)[1])
                    return time.monotonic() - began
            if self.process.poll() is not None:
                raise AssertionError(
                    f"the server ended with {self.process.returncode}: {self.errors()}")
            time.sleep(0.005)
        raise AssertionError(f"the server does not listen after {seconds} s: {self.errors()}")

    def output(self):
        with open(self.out, encoding="utf-8") as file:
            return file.read()

    def errors(self):
        with open(self.err, encoding="utf-8", errors="replace") as file:
            return file.read()

    def isRunning(self):
        return self.process is not None and self.process.poll() is None

    def resident_mib(self):
        with open(f"/proc/{self.process.pid}/status", encoding="ascii") as file:
            return next(int(line.split()[1]) for line in file if line.startswith("VmRSS")) / 1024

    def stop(self, seconds=30):
        """SIGTERM; the exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.wait(seconds)

    def wait(self, seconds=30):
        try:
            return self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(f"the server did not end within {seconds} s: {self.errors()}")

    def kill(self):
        """SIGKILL, as a crash."""
        if self.isRunning():
            self.process.kill()
        if self.process is not None:
            self.process.wait()

    def session(self, seconds=30):
        return Session(self, seconds)

    def raw(self, text, seconds=5, half=True):
        return raw(self.port, text, seconds, half)


class Answer:
    def __init__(self, status, headers, body):
        self.status = status
        self.headers = headers
        self.body = body

    @property
    def json(self):
        return json.loads(self.body)

    def __repr__(self):
        return f"{self.status} {self.body[:300]!r}"


class Session:
    """A connection that is kept."""

    def __init__(self, server, seconds=30):
        self.server = server
        self.connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=seconds)
        self.key = server.key

    def request(self, method, path, body=None, headers=None):
        all = {"X-API-Key": self.key} if self.key else {}
        if body is not None and not isinstance(body, (bytes, str)):
            body = json.dumps(body)
        if isinstance(body, str):
            body = body.encode()
        if body is not None:
            all["Content-Type"] = "application/json"
        all.update(headers or {})
        self.connection.request(method, path, body, all)
        if self.connection.sock is not None:
            self.connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        response = self.connection.getresponse()
        return Answer(response.status, response.headers, response.read())

    def get(self, path):
        return self.request("GET", path)

    def post(self, path, body, headers=None):
        return self.request("POST", path, body, headers)

    def lines(self, source, lines):
        """Transactions as NDJSON; the results."""
        answer = self.post(
            f"/api/v1/transactions?source={source}", b"\n".join(lines),
            {"Content-Type": "application/x-ndjson"})
        equal(answer.status, 200, f"status of {len(lines)} lines ({answer})")
        return answer.json["results"]

    def label(self, items):
        answer = self.post("/api/v1/labels", {"labels": items})
        equal((answer.status, answer.json.get("labels")), (200, len(items)), f"labels ({answer})")

    def tell(self, items):
        answer = self.post("/api/v1/activities", {"activities": items})
        equal((answer.status, answer.json.get("activities")), (200, len(items)),
              f"activities ({answer})")
        return answer.json["results"]

    def listing(self, source=None, until=-1):
        """All rows, newest first, down to a position."""
        rows, cursor, deadline = [], None, time.monotonic() + 60
        while True:
            path = "/api/v1/transactions?limit=1000"
            path += f"&cursor={cursor}" if cursor else ""
            path += f"&source={source}" if source else ""
            answer = self.get(path)
            equal(answer.status, 200, f"status of a page ({answer})")
            page = answer.json
            if page.get("incomplete") and time.monotonic() < deadline:
                continue
            for row in page["transactions"]:
                if row["position"] <= until:
                    return rows
                rows.append(row)
            cursor = page["next_cursor"]
            if cursor is None:
                return rows

    def close(self):
        self.connection.close()


def raw(port, text, seconds=5, half=True):
    """Sends bytes as they are; everything that comes back until the end or the time is over."""
    with socket.create_connection(("127.0.0.1", port), timeout=seconds) as connection:
        received = b""
        try:
            connection.sendall(text)
            if half:
                connection.shutdown(socket.SHUT_WR)
            while True:
                piece = connection.recv(65536)
                if not piece:
                    return received
                received += piece
        except (TimeoutError, ConnectionError):
            return received


def native(id, account="A1", amount=10, **more):
    return dict(transaction_id=id, account=account, amount=amount, **more)


def run(*words, environment=None, seconds=120):
    """A command of the program: exit code, standard output, standard error."""
    done = subprocess.run(
        [ASSAY] + list(words), capture_output=True, timeout=seconds,
        env=dict(os.environ, **(environment or {})))
    return done.returncode, done.stdout.decode(), done.stderr.decode(errors="replace")


def simulate(path, days, accounts, format, seed=1):
    code, _, problem = run(
        "simulate", "--days", str(days), "--accounts", str(accounts), "--seed", str(seed),
        "--format", format, "--out", path)
    equal(code, 0, f"simulate ({problem})")


def verify(data, environment=None, differences=0):
    """`replay --verify`; its report, which shows no difference."""
    code, out, problem = run(
        "replay", "--data", data, "--verify", "--json", environment=environment)
    check(out, f"replay says nothing: {problem}")
    report = json.loads(out)
    equal(report["differences"], differences, f"differences ({report['firstDifferences']})")
    equal(report["notVerifiable"], 0, "decisions that could not be verified")
    equal(code, 0, f"exit code of replay ({problem})")
    return report


KINDS = {
    1: "transaction", 2: "decision", 3: "label", 4: "activity", 6: "history", 16: "source",
    17: "features", 18: "rules", 20: "model", 32: "fallback", 33: "digest", 34: "quarantine",
    35: "closed", 36: "erasure", 38: "loss",
}


def journal(data):
    """The entries of a closed journal as (position, kind, body)."""
    folder = os.path.join(data, "journal")
    for name in sorted(os.listdir(folder)):
        if not name.endswith(".journal"):
            continue
        base = int(name.split(".")[0], 16)
        with open(os.path.join(folder, name), "rb") as file:
            bytes = file.read()
        place = 64
        while place + 40 <= len(bytes):
            magic, size = struct.unpack_from("<II", bytes, place)
            if magic != 0x31595341:
                break
            entry = place + 40
            while entry < place + size:
                length, = struct.unpack_from("<I", bytes, entry)
                kind = bytes[entry + 24]
                body, = struct.unpack_from("<I", bytes, entry + 28)
                yield base + entry, KINDS.get(kind, kind), bytes[entry + 32:entry + 32 + body]
                entry += length
            place += size


def contents(folder):
    """Each file below a folder: its name and its bytes.

    A file that goes while it is looked for, such as the journal of a transaction that ends, holds
    nothing any more.
    """
    for place, _, names in os.walk(folder):
        for name in names:
            try:
                with open(os.path.join(place, name), "rb") as file:
                    yield name, file.read()
            except FileNotFoundError:
                continue


def files_hold(folder, needle):
    """Files below a folder that hold some bytes."""
    return [name for name, content in contents(folder) if needle in content]


def counts(data):
    found = {}
    for _, kind, _ in journal(data):
        found[kind] = found.get(kind, 0) + 1
    return found


def float32(value):
    """A number as the bits of a 32-bit float; null is NaN."""
    return struct.pack("<f", float("nan") if value is None else value)


def run_cases(themes):
    """Runs the cases of the themes; how many passed and failed."""
    passed = failed = 0
    for theme, sentence, function in CASES:
        if theme not in themes:
            continue
        start = time.monotonic()
        word, note = "ok  ", ""
        try:
            note = function() or ""
            passed += 1
        except Skip as reason:
            word, note = "skip", str(reason)
        except Exception as error:  # A case fails by any error; the others still run.
            word, note = "FAIL", f"{type(error).__name__}: {error}"
            failed += 1
        seconds = time.monotonic() - start
        print(f"{word} {seconds:6.1f} s  {theme}: {sentence}" + (f" ({note})" if note else ""),
              flush=True)
    for path in Area.kept:
        print(f"kept: {path}")
    return passed, failed


def main(themes):
    """Runs the cases of the themes; 0 where all passed."""
    began = time.monotonic()
    passed, failed = run_cases(themes)
    print(f"{time.monotonic() - began:.0f} s in all")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0
