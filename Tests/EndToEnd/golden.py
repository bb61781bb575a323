"""Logs of before (Tests/Golden, made by Scripts/golden) come out to the bit, and their ids are known."""

import glob
import gzip
import json
import os
import tarfile

from bench import ROOT, Area, Server, case, check, equal, verify

FOLDER = os.path.join(ROOT, "Tests", "Golden")
PORTABLE = {"GLIBC_TUNABLES": "glibc.cpu.hwcaps=-AVX2,-FMA"}
# What a decision is; texts of reasons may be worded anew.
SAME = ("outcome", "score", "margin", "features", "feature_hash", "feature_set", "rule_set",
        "model", "decided_by", "position", "received_at", "label")


def golden():
    """Each golden directory's name, archive, and what is expected of it."""
    found = sorted(glob.glob(os.path.join(FOLDER, "semantics-*", "*.tar.xz")))
    check(len(found) >= 9, f"{len(found)} golden directories")
    for path in found:
        with gzip.open(path.replace(".tar.xz", ".json.gz")) as file:
            yield os.path.basename(path).split(".")[0], path, json.load(file)


def unpack(path, area):
    with tarfile.open(path) as archive:
        archive.extractall(area.path, filter="tar")
    return area.file("data")


def same(report, expected):
    for key in ("decisions", "stateDigest", "transactions", "history", "labels", "verifiableFrom"):
        equal(report[key], expected["replay"][key], key)


@case("every decision of the golden logs is recomputed to the bit, on a processor without FMA too")
def replayed():
    decisions = 0
    for name, path, expected in golden():
        with Area("golden") as area:
            data = unpack(path, area)
            same(verify(data), expected)
            if name != "retained":
                same(verify(data, PORTABLE), expected)
            decisions += expected["replay"]["decisions"]
    return f"{decisions} decisions"


@case("a server on a golden directory answers its ids as before, sent again or asked for")
def served():
    known = 0
    for name, path, expected in golden():
        with Area("golden") as area:
            server = Server(area, unpack(path, area))
            server.start()
            session = server.session()
            source = expected["source"]
            listed = [str(row["transaction_id"]) for row in session.listing(source=source)]
            for id, before in expected["answers"].items():
                if listed.count(id) > 1:
                    continue
                answer = session.get(f"/api/v1/decisions/{id}?source={source}")
                equal(answer.status, 200, f"{name} {id} ({answer})")
                for key in SAME:
                    equal(answer.json.get(key), before.get(key), f"{name} {id}: {key}")
            again = expected["retries"]
            sent = [json.dumps(row).encode() for row in again]
            answers = session.lines(source, sent) if sent else []
            for row, answer in zip(again, answers):
                known += 1
                equal(answer.get("duplicate"), True, f"{name} {row} ({answer})")
                id = str(answer["transaction_id"])
                if id in expected["answers"] and listed.count(id) == 1:
                    equal(answer["outcome"], expected["answers"][id]["outcome"], f"{name} {row}")
            equal(server.stop(), 0, "exit code")
            verify(server.data)
    return f"{known} retries"
