"""Makes metrics.csv and metrics.json: rows with ties, and what scikit-learn says of them.

Run in an environment with numpy, pandas and scikit-learn (made with 2.4, 3.1 and 1.9).
Card precision follows the Fraud Detection Handbook's card_precision_top_k (5.3), with equal scores
ordered by card number.
"""

import json
import pathlib

import numpy as np
import pandas as pd
from sklearn.metrics import average_precision_score, roc_auc_score

folder = pathlib.Path(__file__).parent
random = np.random.default_rng(20261120)
count = 600
rows = pd.DataFrame(
    {
        "day": random.integers(100, 107, count),
        "card": random.integers(0, 90, count),
        "fraud": (random.random(count) < 0.12).astype(int),
    }
)
# Scores are multiples of 1/32, so that many are equal.
rows["score"] = np.round(32 * np.clip(random.normal(0.3 + 0.25 * rows.fraud, 0.2), 0, 1)) / 32


def card_precision(rows, k):
    caught, values = set(), []
    for _, day in rows.groupby("day"):
        day = day[~day.card.isin(caught)]
        cards = day.groupby("card").agg(score=("score", "max"), fraud=("fraud", "max"))
        cards = cards.reset_index().sort_values(["score", "card"], ascending=[False, True])
        found = cards.head(k).query("fraud == 1").card
        caught |= set(found)
        values.append(len(found) / k)
    return float(np.mean(values))


rows.to_csv(folder / "metrics.csv", index=False)
expected = {
    "areaUnderCurve": roc_auc_score(rows.fraud, rows.score),
    "averagePrecision": average_precision_score(rows.fraud, rows.score),
    "cardPrecision": {str(k): card_precision(rows, k) for k in (1, 5, 20, 100)},
}
(folder / "metrics.json").write_text(json.dumps(expected, indent=2) + "\n")
