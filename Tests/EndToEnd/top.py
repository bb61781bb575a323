"""`assay top`: a live server's rates on a terminal, and once in a pipe."""

import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import termios
import threading
import time

import bench
from bench import KEY, Area, Server, case, check, equal, native, run

OPEN, CLOSE = "\x1b[?1049h", "\x1b[?1049l"


class Traffic:
    """Decisions and conflicts, until it is stopped."""

    def __init__(self, server):
        self.server, self.count, self.ended = server, 0, threading.Event()
        self.thread = threading.Thread(target=self.run)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *error):
        self.ended.set()
        self.thread.join()

    def run(self):
        session = self.server.session()
        while not self.ended.is_set():
            self.count += 1
            session.post("/api/v1/transactions", native(f"top{self.count}"))
            session.post("/api/v1/transactions", native("top1", amount=10 + self.count))
            time.sleep(0.005)


class Terminal:
    """`assay top` on a pseudo-terminal of a given size."""

    def __init__(self, url, columns, rows, *words):
        self.text = ""
        self.leader, follower = pty.openpty()
        self.resize(columns, rows)
        self.before = termios.tcgetattr(follower)
        self.process = subprocess.Popen(
            [bench.ASSAY, "top", "--url", url, "--interval", "0.2"] + list(words),
            stdin=follower, stdout=follower, stderr=follower, start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(follower, termios.TIOCSCTTY, 0),
            env=dict(os.environ, TERM="xterm", ADMIN_API_KEY=KEY))
        self.follower = follower

    def resize(self, columns, rows):
        fcntl.ioctl(self.leader, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def read(self, seconds=0.1):
        if select.select([self.leader], [], [], seconds)[0]:
            self.text += os.read(self.leader, 65536).decode(errors="replace")

    def wait(self, look, what, seconds=30):
        """Reads until a whole frame fits."""
        end = time.monotonic() + seconds
        while True:
            self.read()
            frames = self.text.split("\x1b[H")[1:-1]
            if frames and look(frames[-1]):
                return frames[-1]
            check(time.monotonic() < end, f"{what} after {seconds} s: {self.text[-1500:]!r}")

    def end(self):
        """Ctrl-C; what the terminal was told last."""
        os.write(self.leader, b"\x03")
        end = time.monotonic() + 20
        while self.process.poll() is None and time.monotonic() < end:
            self.read()
        while select.select([self.leader], [], [], 0.2)[0]:
            self.read()
        equal(self.process.poll(), 0, "exit code after Ctrl-C")
        equal(termios.tcgetattr(self.follower), self.before, "settings of the terminal")
        os.close(self.leader)
        os.close(self.follower)
        return self.text


def lines(frame):
    return [re.sub(r"\x1b\[\??\w+", "", line).rstrip("\r") for line in frame.split("\n")]


def rate(text, name):
    found = re.search(name + r" +([\d.]+)/s", text)
    return float(found.group(1)) if found else 0.0


def outcomes(text):
    return sum(rate(text, word) for word in ("approve", "challenge", "review", "decline"))


@case("once: one plain block with rates, quantiles and failures of the interval")
def once():
    with Area("top") as area:
        server = Server(area, environment={"MONITORING_INTERVAL": "0.5"})
        server.start()
        url = f"http://localhost:{server.port}"
        with Traffic(server) as traffic:
            while traffic.count < 20:
                time.sleep(0.01)
            began = traffic.count
            code, out, problem = run("top", "--url", url, "--once", "--interval", "1.5")
            sent = traffic.count - began
        equal((code, problem), (0, ""), f"exit code ({out})")
        check("\x1b" not in out and out.count("\n") >= 12, out)
        decisions = rate(out, "decisions")
        # As many as were sent meanwhile; the program's own start is not in its interval.
        check(0 < decisions <= sent / 1.5 + 10, f"{decisions}/s of {sent} in {out}")
        check(abs(outcomes(out) - decisions) < 1 and rate(out, "conflict") > 0, out)
        latency = re.search(r"latency +p50 ([\d.]+) m?s   p99 ([\d.]+) m?s", out)
        check(latency and re.search(r"sync p50 [\d.]+ m?s   p99 [\d.]+ m?s", out), out)
        for row in ("queue", "store      following", "streams", "process    processor ",
                    "in quarantine 0", "KiB/s;"):
            check(row in out, f"{row!r} is not in {out}")
        # A pipe is no terminal: the same without --once.
        code, again, _ = run("top", "--url", url, "--interval", "0.1")
        equal((code, "\x1b" in again), (0, False), again)
        for words, word in ((["--interval", "0"], "--interval"), (["--url", "localhost"], "http://"),
                            (["--key", "a\r\nb"], "--key")):
            code, _, problem = run("top", *words)
            equal(code, 64, problem)
            check(word in problem, problem)
        other = run("top", "--once", "--url", url + "/none")
        equal(other[0], 64, f"{other}")
        equal(server.stop(), 0, "exit code")
        code, out, problem = run("top", "--url", url, "--once")
        equal((code, out), (1, ""), problem)
        check(f"{url} does not answer" in problem, problem)
        return f"{decisions:.0f} decisions/s"


@case("on a terminal: drawn in place within its size, waits for a server that is away, leaves it as it was")
def live():
    with Area("top-live") as area:
        server = Server(area, environment={"MONITORING_INTERVAL": "0.5"})
        server.start()
        url = f"http://127.0.0.1:{server.port}"
        terminal = Terminal(url, 60, 20)
        with Traffic(server):
            frame = terminal.wait(lambda text: rate(text, "decisions") > 0, "a rate")
            check(outcomes(frame) > 0 and "conflict" in frame, frame)
            check(terminal.text.startswith(OPEN), repr(terminal.text[:50]))
            check(max(map(len, lines(frame))) <= 60, frame)
            terminal.resize(30, 5)
            frame = terminal.wait(
                lambda text: max(map(len, lines(text))) <= 30, "the narrower terminal")
            check(len(lines(frame)) <= 5, frame)
            terminal.resize(100, 30)
            terminal.wait(lambda text: "machine" in text, "the larger terminal")
        server.kill()
        terminal.wait(lambda text: "does not answer" in text and "asked again" in text,
                      "the note that it waits")
        again = subprocess.Popen(
            [bench.ASSAY, "serve", "--data", server.data, "--port", str(server.port)],
            env=dict(os.environ, ADMIN_API_KEY=KEY), stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL)
        try:
            terminal.wait(lambda text: "following" in text, "the server that is back")
            text = terminal.end()
        finally:
            again.send_signal(signal.SIGTERM)
            again.wait(30)
        equal(text.count(OPEN), 1, "the second screen is opened")
        check(text.rstrip().endswith("\x1b[?25h" + CLOSE), repr(text[-80:]))
