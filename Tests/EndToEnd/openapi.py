"""The described interface: each operation answers as /openapi.json says, whatever it is asked (S2.13, S4.5)."""

import os
import re
import subprocess
import sys

from bench import KEY, Area, Server, case, check, equal, native
from score_contract import TRANSACTION

# A stream has no end, or is no one text; a model service without a model is rightly 503.
LEFT_OUT = ["/api/v1/stream", "/ws", "/api/ws", "/api/v1/model/health",
            "/api/v1/batch/jobs/{id}/events"]


def tool(name):
    return os.path.join(os.path.dirname(sys.executable), name)


@case("the document is OpenAPI 3.1, and its page works with Swagger UI and without")
def document():
    with Area("openapi") as area:
        server = Server(area)
        server.start()
        session = server.session()
        session.key = None
        answer = session.get("/openapi.json")
        equal((answer.status, answer.json["openapi"]), (200, "3.1.0"), "version")
        path = area.file("openapi.json")
        with open(path, "wb") as file:
            file.write(answer.body)
        done = subprocess.run([tool("openapi-spec-validator"), path], capture_output=True, text=True)
        equal(done.returncode, 0, f"{done.stdout}{done.stderr}")
        equal(session.get("/asyncapi.json").json["asyncapi"], "3.0.0", "streams")
        page = session.get("/docs")
        equal((page.status, page.headers["Content-Type"]), (200, "text/html; charset=utf-8"), "page")
        check("default-src 'self'" in page.headers["Content-Security-Policy"], "policy")
        parts = re.findall(r'(?:src|href)="(/docs/[^"]+)"', page.body.decode())
        equal(len(parts), 3, f"{page.body} (is Swagger UI installed?)")
        for part in parts:
            found = session.get(part)
            equal(found.status, 200, part)
            check(b"http://" not in found.body[:200] and len(found.body) > 50, part)
        for wrong in ("/docs/..%2F..%2Fapi-key", "/docs/none.js", "/docs/%00"):
            equal(session.get(wrong).status, 404, wrong)
        equal(server.stop(), 0, "exit code")
        bare = Server(area, data="bare", environment={"ASSAY_SWAGGER_UI": area.file("none")})
        bare.start()
        page = bare.session().get("/docs").body.decode()
        check("/docs/start.js" in page and "swagger" not in page, page)
        check(b"/openapi.json" in bare.session().get("/docs/start.js").body, "the plain list")
        check("no Swagger UI" in bare.errors(), bare.errors())


@case("S2.13, S4.5 schemathesis: no 5xx, no status, type or body outside the document")
def conformance():
    examples = 200 if os.environ.get("ASSAY_SOAK") else 10
    with Area("schemathesis") as area:
        server = Server(area)
        server.start()
        session = server.session()
        equal(session.post("/api/v1/transactions", native("t1")).status, 200, "a decision")
        equal(session.post("/api/v1/score", {"transactions": [TRANSACTION]}).status, 200, "a score")
        words = [
            tool("schemathesis"), "run", f"http://127.0.0.1:{server.port}/openapi.json",
            "--header", f"X-API-Key: {KEY}", "--max-examples", str(examples), "--seed", "7",
            "--checks", "not_a_server_error,status_code_conformance,content_type_conformance,"
            "response_schema_conformance", "--no-color", "--suppress-health-check", "all",
            "--generation-database", ":memory:", "--request-timeout", "20"]
        # QUERY is a method that libhttp-parser does not know: 501, as it should be.
        with open(area.file("schemathesis.toml"), "w", encoding="utf-8") as file:
            file.write('[phases.coverage]\nunexpected-methods = '
                       '["GET", "PUT", "POST", "DELETE", "OPTIONS", "PATCH", "TRACE"]\n')
        for path in LEFT_OUT:
            words += ["--exclude-path", path]
        done = subprocess.run(words, capture_output=True, text=True, cwd=area.path,
                              timeout=3600 if examples > 10 else 600)
        report = area.file("report.txt")
        with open(report, "w", encoding="utf-8") as file:
            file.write(done.stdout + done.stderr)
        check(server.isRunning(), f"the server ended: {server.errors()[-500:]}")
        equal(done.returncode, 0, f"{report}: {done.stdout[-3000:]}")
        equal(server.session().get("/health").status, 200, "health afterwards")
        equal(server.stop(), 0, "exit code")
        return re.findall(r"(\d+ generated|\d+ passed|Operations: .*)", done.stdout)[-1:]
