"""Writes the peer's own training rows as a paysim file, in the order of their steps.

usage: rows.py PEER_FOLDER OUT ROWS
So that both sides are trained on the same payments and have full trees.
"""

import csv
import sys

sys.path.insert(0, sys.argv[1])
import numpy as np  # noqa: E402
from train import make  # noqa: E402

rows, labels = make(int(sys.argv[3]), 1)
random = np.random.default_rng(3)
senders = random.integers(0, 10**9, len(rows))
receivers = random.integers(0, 10**9, len(rows))
KINDS = ["CASH_OUT", "DEBIT", "PAYMENT", "TRANSFER"]

with open(sys.argv[2], "w", newline="", encoding="utf-8") as file:
    out = csv.writer(file)
    out.writerow("tx_id step type amount nameOrig oldbalanceOrg newbalanceOrig nameDest"
                 " oldbalanceDest newbalanceDest isFraud".split())
    for index in np.argsort(rows[:, 0], kind="stable"):
        row = rows[index]
        kind = next((k for k, flag in zip(KINDS, row[6:10]) if flag), "CASH_IN")
        money = [f"{value:.2f}" for value in row[1:6]]
        receiver = ("M" if row[10] else "C") + f"{receivers[index]:09d}"
        out.writerow([index, int(row[0]), kind, money[0], f"C{senders[index]:09d}", money[1],
                      money[2], receiver, money[3], money[4], labels[index]])
