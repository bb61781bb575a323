"""Interleaved rounds of wrk against the peer and `assay serve`: requests/s, latencies, CPU per request.

Called by Scripts/bench, which says where everything stands. CPU of ours is read once the projection
has caught up, so that it holds everything a request costs.
"""
import argparse
import os
import re
import signal
import statistics
import subprocess
import sys
import time
import urllib.request

KEY = "fs_frontend_key_123"
OURS, PEER = 18500, 18400
TICK = os.sysconf("SC_CLK_TCK")

# name, server, query, transactions a request, connections
RUNS = [
    ("peer", "peer", "", 1, 1),
    ("assay", "assay", "", 1, 1),
    ("assay, explained", "assay", "?explain=1", 1, 1),
    ("peer", "peer", "", 1, 64),
    ("assay", "assay", "", 1, 64),
    ("assay, explained", "assay", "?explain=1", 1, 64),
    ("peer", "peer", "", 100, 8),
    ("assay", "assay", "", 100, 8),
    ("peer", "peer", "", 1000, 8),
    ("assay", "assay", "", 1000, 8),
]


def arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("--assay", required=True, help="the program")
    parser.add_argument("--data", required=True, help="a fresh data directory with a model")
    parser.add_argument("--peer", required=True, help="the peer's scratch folder")
    parser.add_argument("--syncs", required=True, help="the bare loop")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--secs", type=int, default=5)
    return parser.parse_args()


def wait_for(url, process):
    for _ in range(300):
        if process.poll() is not None:
            sys.exit(f"bench: the server at {url} ended with {process.returncode}")
        try:
            return urllib.request.urlopen(url, timeout=1).read()
        except OSError:
            time.sleep(0.1)
    sys.exit(f"bench: no answer from {url}")


def start(words, folder, environment, url):
    process = subprocess.Popen(
        words, cwd=folder, env={**os.environ, **environment},
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
    )
    wait_for(url, process)
    return process


def start_peer(folder):
    for name in os.listdir(folder):
        if name.startswith("peer.db"):
            os.unlink(os.path.join(folder, name))
    words = [f"{folder}/venv/bin/python", "-m", "uvicorn", "app:app", "--host", "127.0.0.1",
             "--port", str(PEER), "--loop", "uvloop", "--http", "httptools", "--no-access-log",
             "--log-level", "warning"]
    return start(words, folder, {"OMP_NUM_THREADS": "1"}, f"http://127.0.0.1:{PEER}/health")


def start_assay(program, data):
    words = [program, "serve", "--data", data, "--port", str(OURS)]
    return start(words, None, {"FRONTEND_API_KEY": KEY}, f"http://127.0.0.1:{OURS}/health")


def threads(pid):
    """Nanoseconds on a processor by thread name."""
    found = {}
    for task in os.listdir(f"/proc/{pid}/task"):
        try:
            with open(f"/proc/{pid}/task/{task}/comm") as file:
                name = file.read().strip()
            with open(f"/proc/{pid}/task/{task}/schedstat") as file:
                found[name] = found.get(name, 0) + int(file.read().split()[0])
        except OSError:
            continue
    return found


def catch_up():
    """Waits until the projection holds all that was answered."""
    request = urllib.request.Request(
        f"http://127.0.0.1:{OURS}/metrics", headers={"X-API-Key": KEY}
    )
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        text = urllib.request.urlopen(request, timeout=10).read().decode()
        lag = re.search(r"^assay_projection_lag_bytes (\d+)", text, re.M)
        if lag is None or int(lag.group(1)) == 0:
            return True
        time.sleep(0.1)
    return False


def wrk(folder, url, connections, batch, seconds):
    text = subprocess.run(
        ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency", "-s", "score.lua", url,
         "--", str(batch)],
        cwd=folder, capture_output=True, text=True,
    ).stdout
    match = re.search(r"RESULT (.*)", text)
    if match is None:
        sys.exit(f"bench: wrk said\n{text}")
    return {key: float(value) for key, value in (x.split("=") for x in match.group(1).split())}


def measure(options, run, pids, seconds):
    name, server, query, batch, connections = run
    port = OURS if server == "assay" else PEER
    before = threads(pids[server])
    result = wrk(options.peer, f"http://127.0.0.1:{port}/api/v1/score{query}", connections, batch,
                 seconds)
    if server == "assay" and not catch_up():
        print("bench: the projection did not catch up within two minutes", file=sys.stderr)
    after = threads(pids[server])
    requests = max(result["req"], 1)
    by_thread = {key: (after[key] - before.get(key, 0)) / 1e3 / requests for key in after}
    result["by_thread"] = by_thread
    result["cpu_us"] = sum(by_thread.values())
    return result


def bare(options):
    text = subprocess.run(
        [options.syncs, f"{options.data}/bare-syncs", "2"], capture_output=True, text=True
    ).stdout
    return {key: float(value) for key, value in (x.split("=") for x in text.split())}


def main():
    options = arguments()
    peer = start_peer(options.peer)
    processes = [peer]
    try:
        ours = start_assay(options.assay, options.data)
        processes.append(ours)
        pids = {"peer": peer.pid, "assay": ours.pid}
        for run in RUNS[0], RUNS[1]:
            measure(options, run, pids, 1)
        rows = {run: [] for run in RUNS}
        syncs = []
        loads = []
        for number in range(options.rounds):
            syncs.append(bare(options))
            for run in RUNS:
                rows[run].append(measure(options, run, pids, options.secs))
            loads.append(os.getloadavg()[0])
            print(f"round {number + 1} of {options.rounds}, load {loads[-1]:.2f}", flush=True)
        report(rows, syncs)
    finally:
        # Only the process groups that this program started.
        for process in processes:
            os.killpg(process.pid, signal.SIGTERM)
            process.wait(60)


def median(results, key):
    return statistics.median(result[key] for result in results)


def spread(results, key):
    values = [result[key] for result in results]
    return f"{min(values):.0f}–{max(values):.0f}"


def report(rows, syncs):
    print("\nDurability: assay syncs before it answers; the peer's SQLite (WAL, NORMAL) does not.\n")
    print("| | transactions | connections | transactions/s | min–max | p50 ms | p99 ms |"
          " CPU µs a request | a transaction | errors |")
    print("|---|---|---|---|---|---|---|---|---|---|")
    for (name, _, _, batch, connections), results in rows.items():
        errors = sum(result["non2xx"] + result["sockerr"] for result in results)
        scaled = [{"tps": result["rps"] * batch} for result in results]
        cpu = median(results, "cpu_us")
        print(f"| {name} | {batch} | {connections} | {median(scaled, 'tps'):.0f} |"
              f" {spread(scaled, 'tps')} | {median(results, 'p50_us') / 1e3:.2f} |"
              f" {median(results, 'p99_us') / 1e3:.2f} | {cpu:.1f} | {cpu / batch:.2f} |"
              f" {errors:.0f} |")
    print("\nCPU by thread, µs a request (medians):\n")
    for run, results in rows.items():
        if run[1] != "assay":
            continue
        names = sorted({name for result in results for name in result["by_thread"]})
        parts = []
        for name in names:
            value = statistics.median(result["by_thread"].get(name, 0) for result in results)
            if value >= 0.05:
                parts.append(f"{name} {value:.1f}")
        print(f"- {run[0]}, {run[3]} a request, {run[4]} connections: {', '.join(parts)}")
    p50 = statistics.median(sync["p50_us"] for sync in syncs) / 1e3
    p99 = statistics.median(sync["p99_us"] for sync in syncs) / 1e3
    print(f"\nBare write and fdatasync in the same rounds: p50 {p50:.2f} ms, p99 {p99:.2f} ms.")
    goals(rows, p99)


def goals(rows, bare_p99):
    def of(name, batch, connections):
        return next(results for run, results in rows.items()
                    if (run[0], run[3], run[4]) == (name, batch, connections))

    peer, ours = of("peer", 1, 64), of("assay", 1, 64)
    cpu = median(peer, "cpu_us") / median(ours, "cpu_us")
    rate = median(ours, "rps") / median(peer, "rps")
    p99 = median(of("assay", 1, 1), "p99_us") / 1e3
    bound = 1.5 * bare_p99 + 0.3
    print("\n| goal | measured | wanted | |\n|---|---|---|---|")
    for what, value, wanted, reached in [
        ("the peer's CPU a request over ours, 64 connections", f"{cpu:.1f}", "≥ 30", cpu >= 30),
        ("our requests/s over the peer's, 64 connections", f"{rate:.1f}", "≥ 25", rate >= 25),
        ("p99 at 1 connection, ms", f"{p99:.2f}", f"≤ {bound:.2f}", p99 <= bound),
    ]:
        print(f"| {what} | {value} | {wanted} | {'reached' if reached else 'missed'} |")


if __name__ == "__main__":
    main()
