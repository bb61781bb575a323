"""What operators watch with: Prometheus with rules and Alertmanager, Grafana, OpenTelemetry, CloudWatch."""

import base64
import http.server
import json
import os
import re
import shutil
import subprocess
import threading
import time
import urllib.parse
import urllib.request

from google.protobuf import json_format
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from bench import Area, Server, case, check, equal, native
from roles import free_ports

DEPLOY = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "Deploy")


def deploy(*names):
    return os.path.join(DEPLOY, *names)


def tool(*words, stdin=None):
    done = subprocess.run(words, capture_output=True, text=True, timeout=60, input=stdin,
                          cwd=deploy("prometheus"))
    equal(done.returncode, 0, f"{' '.join(words)}: {done.stdout}{done.stderr}")
    return done.stdout + done.stderr


def wait(look, what, seconds=40):
    end = time.monotonic() + seconds
    while True:
        try:
            found = look()
        except OSError:
            found = None
        if found:
            return found
        check(time.monotonic() < end, f"{what} after {seconds} s")
        time.sleep(0.1)


class Receiver:
    """Takes what is posted to it."""

    def __init__(self):
        received = self.received = []
        self.status = 200
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                if receiver.status == 200:
                    received.append((self.path, dict(self.headers), body))
                self.send_response(receiver.status)
                self.send_header("Content-Length", "2")
                self.end_headers()
                self.wfile.write(b"{}")

            def log_message(self, *words):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()


@case("S4.12 the rules pass promtool, and their own unit tests")
def rules():
    check("SUCCESS" in tool("promtool", "check", "config", "--syntax-only", "prometheus.yml"), "config")
    tool("promtool", "check", "rules", "--lint=all", "--lint-fatal", "rules.yml")
    check("SUCCESS" in tool("promtool", "test", "rules", "rules_test.yml"), "tests")
    tool("amtool", "check-config", "alertmanager.yml")


def metric_names(text):
    return set(re.findall(r"^([a-z_:0-9]+)(?:\{|\s)", text, re.M))


@case("S4.10 /metrics is sound, and has every metric that rules and dashboards ask for")
def names():
    with Area("metrics") as area:
        server = Server(area, environment={"MONITORING_INTERVAL": "0.2"})
        server.start()
        session = server.session()
        equal(session.post("/api/v1/transactions", native("m1")).status, 200, "a decision")
        equal(session.post("/api/v1/transactions", native("m1", amount=11)).status, 409, "a conflict")
        equal(session.post("/api/v1/transactions", native("m2", amount="x")).status, 422, "invalid")
        wait(lambda: b"assay_disk_free_bytes" in session.get("/metrics").body, "the machine")
        text = session.get("/metrics").body.decode()
        tool("promtool", "check", "metrics", stdin=text)
        check('fraud_transactions_failed_total{reason="conflict"} 1' in text, text)
        check('fraud_transactions_failed_total{reason="invalid"} 1' in text, text)
        check('fraud_decisions_total{decision="approve"} 1' in text, text)
        check("fraud_decision_duration_seconds_count 3" in text or
              "fraud_decision_duration_seconds_count 2" in text, text)
        ours = metric_names(text)
        with open(deploy("prometheus", "rules.yml"), encoding="utf-8") as file:
            asked = set(re.findall(r"\b((?:fraud|assay|process|transaction)[a-z]*_[a-z_0-9]+)\b", file.read()))
        with open(deploy("grafana", "dashboards", "assay.json"), encoding="utf-8") as file:
            panels = json.load(file)["panels"]
        queries = [target["expr"] for panel in panels for target in panel.get("targets", [])]
        for query in queries:
            asked |= set(re.findall(r"\b((?:fraud|assay|process|transaction)[a-z]*_[a-z_0-9]+)\b", query))
        missing = {name for name in asked
                   if name not in ours and not name.startswith("assay_decision")}
        check(not missing, f"asked for and not there: {missing}")
        equal(server.stop(), 0, "exit code")


@case("S4.12 the dashboard is one that Grafana reads: titles, ids, and queries that promtool reads")
def dashboard():
    with open(deploy("grafana", "dashboards", "assay.json"), encoding="utf-8") as file:
        found = json.load(file)
    check(found["title"] and found["uid"] and found["schemaVersion"] >= 36, "the head")
    ids = [panel["id"] for panel in found["panels"]]
    equal(len(set(ids)), len(ids), "ids of panels")
    titles = " ".join(panel["title"] for panel in found["panels"]).lower()
    for word in ("processors", "memory", "decisions a second", "time of a request"):
        check(word in titles, f"no panel of {word}")
    groups = []
    for panel in found["panels"]:
        grid = panel["gridPos"]
        check(grid["x"] + grid["w"] <= 24 and panel["title"], f"{panel['title']}: place")
        for target in panel.get("targets", []):
            expr = target["expr"].replace("$__rate_interval", "1m")
            groups.append({"record": f"panel:{panel['id']}:{target['refId'].lower()}", "expr": expr})
    with Area("dashboard") as area:
        path = area.file("queries.yml")
        with open(path, "w", encoding="utf-8") as file:
            json.dump({"groups": [{"name": "panels", "rules": groups}]}, file)
        tool("promtool", "check", "rules", path)
        # A broken query is seen.
        groups[0]["expr"] += ")"
        with open(path, "w", encoding="utf-8") as file:
            json.dump({"groups": [{"name": "panels", "rules": groups}]}, file)
        done = subprocess.run(["promtool", "check", "rules", path], capture_output=True)
        check(done.returncode != 0, "a broken query passes")


def query(port, expr):
    with urllib.request.urlopen(
            f"http://127.0.0.1:{port}/api/v1/query?query={urllib.parse.quote(expr)}") as answer:
        return json.load(answer)["data"]["result"]


@case("Prometheus scrapes, a rule fires through Alertmanager to a webhook, and the panels have data")
def chain():
    with Area("prometheus") as area:
        server = Server(area, environment={"MONITORING_INTERVAL": "0.5"})
        server.start()
        receiver = Receiver()
        scraper, manager = free_ports(2)
        with open(deploy("prometheus", "prometheus.yml"), encoding="utf-8") as file:
            text = file.read()
        for was, now in (("15s", "1s"), ("localhost:9093", f"127.0.0.1:{manager}"),
                         ("localhost:9090", f"127.0.0.1:{scraper}"),
                         ("localhost:8000", f"127.0.0.1:{server.port}")):
            check(was in text, f"{was} is not in prometheus.yml")
            text = text.replace(was, now)
        # The limits stay; how long they must be passed is what a test cannot wait for.
        with open(deploy("prometheus", "rules.yml"), encoding="utf-8") as file:
            rules = re.sub(r"for: \d+m", "for: 0s", file.read()).replace("[5m]", "[10s]")
        with open(deploy("prometheus", "alertmanager.yml"), encoding="utf-8") as file:
            routes = file.read().replace("localhost:9099", f"127.0.0.1:{receiver.port}")
        routes = routes.replace("group_wait: 10s", "group_wait: 0s")
        routes = re.sub(r"\n    email_configs:\n(      .*\n)+", "\n", routes)
        for name, content in (("prometheus.yml", text), ("rules.yml", rules), ("am.yml", routes)):
            with open(area.file(name), "w", encoding="utf-8") as file:
                file.write(content)
        processes = []
        try:
            for words in (
                    ["prometheus", f"--config.file={area.file('prometheus.yml')}",
                     f"--storage.tsdb.path={area.file('tsdb')}",
                     f"--web.listen-address=127.0.0.1:{scraper}"],
                    ["prometheus-alertmanager", f"--config.file={area.file('am.yml')}",
                     f"--storage.path={area.file('am')}", "--cluster.listen-address=",
                     f"--web.listen-address=127.0.0.1:{manager}"]):
                check(shutil.which(words[0]), f"{words[0]} is not installed")
                with open(area.file(words[0] + ".log"), "wb") as log:
                    processes.append(subprocess.Popen(words, stdout=log, stderr=log))
            session = server.session()
            stop = threading.Event()

            def traffic():
                other, number = server.session(), 0
                while not stop.is_set():
                    number += 1
                    other.post("/api/v1/transactions", native(f"p{number}"))
                    # The same id for another content: a conflict.
                    other.post("/api/v1/transactions", native("p1", amount=10 + number))
                    time.sleep(0.01)

            worker = threading.Thread(target=traffic)
            worker.start()
            try:
                wait(lambda: query(scraper, 'up{job="assay"} == 1'), "the target is up")
                wait(lambda: query(scraper, "assay:decisions:rate1m > 0"), "the rate")
                found = wait(lambda: [
                    alert for _, _, body in receiver.received for alert in json.loads(body)["alerts"]
                    if alert["labels"]["alertname"] == "TransactionsFailing"], "the alert")
                check("not decided" in found[0]["annotations"]["description"], f"{found[0]}")
                with open(deploy("grafana", "dashboards", "assay.json"), encoding="utf-8") as file:
                    panels = json.load(file)["panels"]
                for panel in panels:
                    for target in panel.get("targets", []):
                        expr = target["expr"].replace("$__rate_interval", "10s")
                        if "kafka" in expr or "pg_" in expr:
                            continue  # They come from the exporters.
                        wait(lambda: query(scraper, expr), f"'{panel['title']}' has no data: {expr}")
            finally:
                stop.set()
                worker.join()
            equal(session.get("/health").status, 200, "health")
            server.kill()
            wait(lambda: [alert for _, _, body in receiver.received
                          for alert in json.loads(body)["alerts"]
                          if alert["labels"]["alertname"] == "AssayDown"], "the server is missed")
        finally:
            for process in processes:
                process.terminate()
                process.wait(20)
            receiver.close()


def strict(message, body):
    """Parses OTLP JSON by the official schema; unknown fields are errors."""
    def ids(value):
        if isinstance(value, dict):
            return {key: base64.b64encode(bytes.fromhex(one)).decode()
                    if key in ("traceId", "spanId", "parentSpanId") else ids(one)
                    for key, one in value.items()}
        return [ids(one) for one in value] if isinstance(value, list) else value
    return json_format.ParseDict(ids(json.loads(body)), message(), ignore_unknown_fields=False)


@case("OTLP: traces and metrics by the protocol's schema; a client's trace goes on; a collector that is away")
def telemetry():
    with Area("otlp") as area:
        receiver = Receiver()
        trace, parent = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
        server = Server(area, environment={
            "OTEL_EXPORTER_OTLP_ENDPOINT": f"http://127.0.0.1:{receiver.port}",
            "OTEL_SERVICE_NAME": "tills", "OTEL_TRACES_SAMPLER_ARG": "0"})
        server.start()
        session = server.session()
        session.get("/health")
        session.request("POST", "/api/v1/transactions", native("o1"),
                        {"traceparent": f"00-{trace}-{parent}-01"})
        session.request("GET", "/health", headers={"traceparent": f"00-{trace}-{parent}-00"})
        wait(lambda: [one for one in receiver.received if one[0] == "/v1/traces"], "a trace")
        receiver.status = 503
        session.request("GET", "/none", headers={"traceparent": f"00-{trace}-{parent}-01"})
        wait(lambda: "telemetry: the collector answers 503" in server.errors(), "the note")
        equal(session.get("/health").status, 200, "the server goes on")
        receiver.status = 200
        wait(lambda: "reached again" in server.errors(), "the collector is back")
        equal(server.stop(), 0, "exit code")
        spans = []
        for path, headers, body in receiver.received:
            equal(headers["Content-Type"], "application/json", "type")
            if path == "/v1/traces":
                message = strict(ExportTraceServiceRequest, body)
                for resource in message.resource_spans:
                    equal(resource.resource.attributes[0].value.string_value, "tills", "service")
                    spans += [one for scope in resource.scope_spans for one in scope.spans]
        equal([(span.name, span.trace_id.hex(), span.parent_span_id.hex()) for span in spans],
              [("POST /api/v1/transactions", trace, parent), ("GET -", trace, parent)], "spans")
        for span in spans:
            check(0 < span.start_time_unix_nano <= span.end_time_unix_nano, f"{span}")
        bodies = [body for path, _, body in receiver.received if path == "/v1/metrics"]
        check(bodies, "no metrics")
        metrics = strict(ExportMetricsServiceRequest, bodies[-1])
        found = {metric.name: metric for resource in metrics.resource_metrics
                 for scope in resource.scope_metrics for metric in scope.metrics}
        equal(sum(point.as_double for point in
                  found["fraud_decisions_total"].sum.data_points), 1, "decisions")
        times = found["fraud_decision_duration_seconds"].histogram.data_points[0]
        equal((times.count, sum(times.bucket_counts)), (1, 1), "durations")
        equal(len(times.bucket_counts), len(times.explicit_bounds) + 1, "buckets")
        receiver.close()


@case("S4.13 CloudWatch: lines of embedded metrics in the log, and alarms that name them")
def cloudwatch():
    with Area("emf") as area:
        path = area.file("log")
        server = Server(area, environment={
            "LOG_FILE": path, "METRICS_LOG": "emf", "METRICS_LOG_SECONDS": "0.3"})
        server.start()
        session = server.session()
        for number in range(5):
            equal(session.post("/api/v1/transactions", native(f"e{number}")).status, 200, "status")

        def lines():
            with open(path, encoding="utf-8") as file:
                return [json.loads(line) for line in file if line.startswith('{"CPU')
                        or '"_aws"' in line]

        wait(lambda: sum(line["Decisions"] for line in lines()) == 5, "five decisions in the lines")
        equal(server.stop(), 0, "exit code")
        found = lines()
        for line in found:
            about = line["_aws"]["CloudWatchMetrics"][0]
            equal((about["Namespace"], about["Dimensions"]), ("Assay", [["Service"]]), f"{line}")
            for metric in about["Metrics"]:
                check(isinstance(line[metric["Name"]], (int, float)), f"{metric} in {line}")
                check(metric["Unit"] in ("Count", "Seconds", "Bytes", "Percent"), f"{metric}")
            check(abs(line["_aws"]["Timestamp"] / 1000 - time.time()) < 60, "time")
        equal(sum(line["Decisions"] for line in found), 5, "decisions")
        known = {metric["Name"] for line in found
                 for metric in line["_aws"]["CloudWatchMetrics"][0]["Metrics"]}
        with open(deploy("cloudwatch", "alarms.json"), encoding="utf-8") as file:
            alarms = json.load(file)["MetricAlarms"]
        equal(len({alarm["AlarmName"] for alarm in alarms}), len(alarms), "names of alarms")
        for alarm in alarms:
            if alarm["Namespace"] == "Assay":
                check(alarm["MetricName"] in known, f"{alarm['MetricName']} is in no line")
        for name in ("RunningTaskCount", "CPUUtilization", "ActiveControllerCount"):
            check(any(alarm["MetricName"] == name for alarm in alarms), f"no alarm of {name}")
