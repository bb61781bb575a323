"""The contract of S1's monitoring: the machine, the services, and what is wrong with them."""

import os
import time

from bench import Area, Server, case, check, equal

ROOT = "/api/v1/monitoring"


def wait(session, path, ready, seconds=10):
    end = time.monotonic() + seconds
    while True:
        answer = session.get(path)
        equal(answer.status, 200, f"{path}: {answer}")
        if ready(answer.json):
            return answer.json
        check(time.monotonic() < end, f"{path} stays {answer.json}")
        time.sleep(0.05)


@case("S1.5 GET /services/status: each service with its status, response time and place; needs a key")
def status():
    with Area("contract-s1-monitoring") as area:
        server = Server(area)
        server.start()
        session = server.session()
        found = wait(session, "/services/status", lambda json: json["services"])
        equal(found["gateway_status"], "healthy", "gateway")
        equal(set(found["services"]), {"model", "ingest", "analytics", "database", "batch", "notification"},
              "services")
        for name in ("model", "ingest", "analytics", "database", "notification", "batch"):
            service = found["services"][name]
            equal(service["status"], "healthy", f"{name}: {service}")
            check(0 <= service["response_time"] < 5, f"{service}")
            check(service["url"].endswith("/" + name), f"{service}")
        session.key = None
        equal(session.get("/services/status").status, 401, "without a key")


@case("S1.4 GET /health without a key: status, service, version, time and where the services are")
def health():
    with Area("contract-s1-monitoring") as area:
        server = Server(area)
        server.start()
        session = server.session()
        session.key = None
        answer = session.get("/health")
        equal(answer.status, 200, f"{answer}")
        found = answer.json
        equal((found["status"], found["service"], found["version"]),
              ("healthy", "API Gateway", "1.0.0"), f"{found}")
        check(found["timestamp"] > "2026", f"{found}")
        equal(found["services"]["model"], f"http://127.0.0.1:{server.port}/api/v1/model", "places")


@case("S1.9 what is not there: 404 in S1's words, 405 with what the path knows")
def errors():
    with Area("contract-s1-monitoring") as area:
        server = Server(area)
        server.start()
        session = server.session()
        for path in ("/nowhere", "/api/v1/nothing", "/api/v1/decisions/a/b"):
            answer = session.get(path)
            equal((answer.status, answer.json), (404, {
                "error": "Not found", "message": "The requested endpoint does not exist"}), path)
        answer = session.get("/api/v1/score")
        equal((answer.status, answer.headers["Allow"]), (405, "POST"), f"{answer}")


@case("S1.44 monitoring: overview, services, metrics, alerts, stop and start")
def monitoring():
    with Area("contract-s1-monitoring") as area:
        server = Server(area, environment={"MONITORING_INTERVAL": "0.1"})
        server.start()
        session = server.session()
        metrics = wait(session, ROOT + "/metrics?limit=2", lambda json: json["count"] == 2)
        current = metrics["current"]
        equal(current, metrics["metrics"][-1], "the newest is current")
        equal(current["cpu"]["count"], os.cpu_count(), "processors")
        with open("/proc/meminfo", encoding="ascii") as file:
            total = int(file.readline().split()[1]) * 1024
        equal(current["memory"]["total"], total, "memory")
        equal(set(current["memory"]), {"total", "available", "percent", "used", "free"}, "memory")
        disk = os.statvfs(server.data)
        equal(current["disk"]["total"], disk.f_frsize * disk.f_blocks, "disk")
        equal(set(current["network"]),
              {"bytes_sent", "bytes_recv", "packets_sent", "packets_recv"}, "network")
        check(current["processes"] > 1 and 0 <= current["cpu"]["percent"] <= 100, f"{current}")

        overview = session.get(ROOT + "/overview").json
        equal(set(overview), {"system_status", "services", "alerts", "system_metrics", "last_check",
                              "monitoring_active"}, "keys")
        equal((overview["services"], overview["monitoring_active"]),
              ({"total": 6, "healthy": 6, "unhealthy": 0}, True), f"{overview}")
        services = session.get(ROOT + "/services").json["services"]
        equal(services["model"]["health_data"], {"status": "healthy"}, "health data")

        equal(session.post(ROOT + "/stop", "").json["monitoring_active"], False, "stopped")
        time.sleep(0.3)
        before = session.get(ROOT + "/overview").json
        time.sleep(0.4)
        equal(session.get(ROOT + "/overview").json["last_check"], before["last_check"], "paused")
        equal(before["monitoring_active"], False, "paused")
        equal(session.post(ROOT + "/start", "").json["monitoring_active"], True, "started")
        wait(session, ROOT + "/overview", lambda json: json["last_check"] > before["last_check"])
        equal(session.get(ROOT + "/health").json["service"], "Monitoring Service", "health")
        for path in ("/metrics?limit=0", "/alerts?limit=x", "/alerts?severity=loud"):
            equal(session.get(ROOT + path).status, 400, path)


@case("S1.45 what lies above its threshold is an alert, by severity; it is raised once")
def alerts():
    with Area("contract-s1-monitoring") as area:
        server = Server(area, environment={
            "MONITORING_INTERVAL": "0.1", "ALERT_MEMORY_THRESHOLD": "0.01",
            "ALERT_DISK_THRESHOLD": "0.01", "ALERT_CPU_THRESHOLD": "100"})
        server.start()
        session = server.session()
        wait(session, ROOT + "/metrics", lambda json: json["count"] > 3)
        found = session.get(ROOT + "/alerts").json
        equal((found["count"], {alert["type"] for alert in found["alerts"]}),
              (2, {"high_memory", "high_disk"}), f"{found}")
        critical = session.get(ROOT + "/alerts?severity=critical").json["alerts"]
        equal([(alert["type"], alert["resolved_at"]) for alert in critical], [("high_disk", None)],
              "critical")
        check("%" in critical[0]["message"] and critical[0]["timestamp"] > "2026", f"{critical}")
        overview = session.get(ROOT + "/overview").json
        equal((overview["system_status"], overview["alerts"]),
              ("degraded", {"total_recent": 2, "critical": 1, "warning": 1}), f"{overview}")
        for bad in ({"MONITORING_INTERVAL": "0"}, {"ALERT_CPU_THRESHOLD": "many"}):
            wrong = Server(area, data="other", environment=bad)
            wrong.launch()
            equal(wrong.wait(10), 64, f"{bad}: {wrong.errors()}")
            check(next(iter(bad)) in wrong.errors(), wrong.errors())
