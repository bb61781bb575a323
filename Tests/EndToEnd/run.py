"""Runs the end-to-end tests: all themes, or those named on the command line."""

import importlib
import os
import signal
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import bench  # noqa: E402

THEMES = [
    "first_start", "score_contract", "bad_input", "bad_files", "half_and_half",
    "live_equals_replay", "activities", "streams", "contract_frodo", "contract_s0",
    "contract_s1_monitoring", "contract_s1_reads", "contract_s3", "contract_s4", "access", "limits",
    "roles", "tls", "logs", "observability", "openapi", "documents", "top", "explain", "evaluate",
    "simulate_into",
    "contract_s0_alerts", "contract_s1_notifications", "contract_s2", "alerts",
    "adoption", "disk", "quarantine", "retention", "kill9",
    "contract_s1_batch", "batch",
]


def stop(number, frame):
    raise KeyboardInterrupt


signal.signal(signal.SIGTERM, stop)
themes = sys.argv[1:] or THEMES
for theme in themes:
    if theme not in THEMES:
        sys.exit(f"unknown theme '{theme}'; known: {', '.join(THEMES)}")
    importlib.import_module(theme)
sys.exit(bench.main(themes))
