"""What live streams cost decisions: the same open-loop traffic with none and with many clients.

Called by Scripts/bench. Each round serves simulated payments at a fixed rate without clients, with
clients whose filter passes little, and with clients that see everything.
"""
import argparse
import json
import os
import shutil
import signal
import statistics
import subprocess
import time

from serving import KEY, OURS, start_assay, threads

RUNS = [
    ("none", None),
    ("{count} that see scores from 0.9", "/api/v1/stream?min_score=0.9"),
    ("{count} that see everything", "/api/v1/stream?"),
]


def arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("--assay", required=True, help="the program")
    parser.add_argument("--listeners", required=True, help="the clients' program")
    parser.add_argument("--data", required=True, help="a scratch data directory")
    parser.add_argument("--count", type=int, default=1000, help="clients")
    parser.add_argument("--rate", type=int, default=500, help="payments a second")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--secs", type=int, default=10)
    return parser.parse_args()


def pay(options, seed):
    text = subprocess.run(
        [options.assay, "simulate", "--dialect", "native", "--into", f"http://127.0.0.1:{OURS}",
         "--rate", str(options.rate), "--seconds", str(options.secs), "--key", KEY, "--seed",
         str(seed), "--connections", "16", "--accounts", "1000", "--json"],
        capture_output=True, text=True, check=True).stdout
    return json.loads(text)


def measure(options, pid, path, seed):
    listeners = None
    if path:
        listeners = subprocess.Popen(
            [options.listeners, str(OURS), f"{path}&api_key={KEY}", str(options.count)],
            stdout=subprocess.PIPE, text=True)
        listeners.stdout.readline()
    before = threads(pid)
    report = pay(options, seed)
    time.sleep(1)
    after = threads(pid)
    read = 0
    if listeners:
        listeners.send_signal(signal.SIGTERM)
        read = int(listeners.communicate(timeout=30)[0].split()[1])
    payments = max(1, report["payments"])
    by_thread = {key: (after[key] - before.get(key, 0)) / 1e3 / payments for key in after}
    streams = by_thread.pop("streams", 0)
    return {
        "p50": report["latencyMilliseconds"]["p50"], "p99": report["latencyMilliseconds"]["p99"],
        "deciding": sum(by_thread.values()), "streams": streams, "rate": report["rate"],
        "read": read / 2**20 / options.secs}


def main():
    options = arguments()
    shutil.rmtree(options.data, ignore_errors=True)
    os.makedirs(options.data, mode=0o700)
    process = start_assay(options.assay, options.data)
    rows = {name: [] for name, _ in RUNS}
    try:
        pay(options, 0)
        for number in range(options.rounds):
            for place, (name, path) in enumerate(RUNS):
                rows[name].append(measure(options, process.pid, path, 10 * number + place + 1))
            print(f"round {number + 1} of {options.rounds}, load {os.getloadavg()[0]:.2f}",
                  flush=True)
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(60)
    print(f"\n{options.rate} payments a second, synced before the answer; medians.\n")
    print("| clients | payments/s | p50 ms | p99 ms | CPU µs a payment | of streams | MiB/s read |")
    print("|---|--:|--:|--:|--:|--:|--:|")
    for name, results in rows.items():
        def median(key):
            return statistics.median(result[key] for result in results)
        print(f"| {name.format(count=options.count)} | {median('rate'):.0f} | {median('p50'):.2f} |"
              f" {median('p99'):.2f} | {median('deciding'):.1f} | {median('streams'):.1f} |"
              f" {median('read'):.1f} |")


main()
