"""Runs the end-to-end tests: those of the themes on the command line, or all, some side by side."""

import importlib
import os
import re
import signal
import subprocess
import sys
import threading
import time

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)

import bench  # noqa: E402

# Mostly waiting: two at a time, the longest first.
BESIDE = [
    "retention", "batch", "quarantine", "openapi", "alerts", "live_equals_replay", "simulate_into",
    "contract_s0_alerts", "tls", "observability", "contract_s1_batch", "documents", "contract_s2",
    "activities", "contract_s1_notifications", "roles", "explain", "streams", "contract_s1_reads",
    "evaluate", "access", "first_start", "top", "half_and_half", "contract_s0", "bad_input",
    "contract_s1_monitoring", "contract_s4", "logs", "bad_files", "score_contract", "contract_s3",
    "contract_frodo", "erase", "golden", "lost_log", "clocks", "damage", "models", "backfills", "demo", "journeys",
]
# These look at times, or need the disk for themselves: one after another.
ALONE = ["adoption", "disk", "kill9", "limits"]
LANES = 2


def stop(number, frame):
    raise KeyboardInterrupt


def side_by_side(themes, counts):
    """Each theme in a process of its own, its lines printed when it is done."""
    rest, lock, running = list(themes), threading.Lock(), set()

    def lane():
        while True:
            with lock:
                if not rest:
                    return
                theme = rest.pop(0)
                child = subprocess.Popen(
                    [sys.executable, os.path.join(HERE, "run.py"), theme],
                    stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
                running.add(child)
            text = child.communicate()[0]
            ends = re.findall(r"^(\d+) passed, (\d+) failed$", text, re.M)
            # A theme that did not come to its end has failed, whatever its cases said.
            passed, failed = map(int, ends[-1]) if ends else (0, 1)
            with lock:
                running.discard(child)
                counts[0] += passed
                counts[1] += max(failed, child.returncode != 0)
                sys.stdout.write(re.sub(r"^\d+ (s in all|passed, \d+ failed)\n", "", text,
                                        flags=re.M))
                sys.stdout.flush()

    lanes = [threading.Thread(target=lane) for _ in range(LANES)]
    for thread in lanes:
        thread.start()
    try:
        for thread in lanes:
            thread.join()
    except KeyboardInterrupt:
        with lock:
            rest.clear()
            for child in running:
                child.terminate()
        raise


def everything():
    began, counts = time.monotonic(), [0, 0]
    side_by_side(BESIDE, counts)
    for theme in ALONE:
        importlib.import_module(theme)
    passed, failed = bench.run_cases(ALONE)
    print(f"{time.monotonic() - began:.0f} s in all")
    print(f"{counts[0] + passed} passed, {counts[1] + failed} failed")
    return 1 if counts[1] + failed else 0


signal.signal(signal.SIGTERM, stop)
themes = sys.argv[1:]
for theme in themes:
    if theme not in BESIDE + ALONE:
        sys.exit(f"unknown theme '{theme}'; known: {', '.join(sorted(BESIDE + ALONE))}")
    importlib.import_module(theme)
sys.exit(bench.main(themes) if themes else everything())
