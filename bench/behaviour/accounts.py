"""Real accounts: six bots on Ethereum, one day, and whose an order is.

The orders of the other accounts stand in for the account's own, at its own instants. A
day is no baseline: the gate refuses it, so its tenths stand for days, and the time of
day says nothing.
"""

import csv
import os
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import numpy as np

from bench.behaviour.bots import SUBJECT, cells_over, paces_over
from bench.behaviour.libraries import LIBRARIES, Numbers, fitted
from bench.behaviour.measures import auroc, found_at
from kya.core.attempt import Attempt
from kya.core.behaviour import UNSEEN, Reference
from kya.core.behaviour_score import Scorer, score
from kya.core.features import FEATURES, NO_PACE, TIME_OF_DAY, Cells, Pace
from kya.core.habits import Habits, held_out_surprisals
from kya.core.history import History
from kya.core.learn import baseline_of
from kya.core.learned_baseline import LearnedBaseline, NumberTable

FOLDER: Final = Path(
    os.environ.get("KYA_SHARED", str(Path(__file__).parents[3] / "shared"))
)
FILE: Final = FOLDER / "data" / "accounts" / "cexdex_20230808.csv"
BLOCKS: Final = 10
OBSERVED_PART: Final = 0.6
IMPOSTORS: Final = 1_000
PART: Final = 0.01


@dataclass(slots=True)
class Accounts:
    """What was found: by detector, per account; and how many orders each had."""

    auroc: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    found: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    same_market: dict[str, list[float]] = field(
        default_factory=lambda: defaultdict(list)
    )
    sizes: dict[str, tuple[int, int]] = field(default_factory=dict)


def read_accounts() -> dict[str, list[Attempt]]:
    """Return each account's orders, in order of time."""
    found: dict[str, list[Attempt]] = defaultdict(list)
    with FILE.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            found[row["mev_bot_label"]].append(_attempt(row))
    return {name: sorted(each) for name, each in found.items()}


def _attempt(row: dict[str, str]) -> Attempt:
    """Return a row's order; what it bids for its place stands in for the aux."""
    text = row["block_time"].replace(" UTC", "+0000")
    moment = datetime.strptime(text, "%Y-%m-%d %H:%M:%S.%f%z")
    volume = float(row["volume"])
    bid = float(row["priority_fees"]) + float(row["cb_transfer"])
    first = row["pair"].partition("-")[0]
    return Attempt(
        at=int(moment.timestamp()) * 1_000,
        market=row["pair"],
        side="BUY" if row["token_bought_symbol"] == first else "SELL",
        venue=row["builder_label"] or "-",
        type="-",
        region="-",
        size=max(1, round(volume * 100)),
        aux=max(1, round(bid / max(volume, 1e-9) * 1e12)),
    )


def compare() -> Accounts:
    """Return who finds the impostors."""
    result = Accounts()
    accounts = read_accounts()
    for number, (name, orders) in enumerate(sorted(accounts.items())):
        cut = int(len(orders) * OBSERVED_PART)
        observed, test = orders[:cut], orders[cut:]
        result.sizes[name] = (len(observed), len(test))
        others = [o for other, each in accounts.items() if other != name for o in each]
        rng: Any = np.random.default_rng(number)
        pace = paces_over(NO_PACE, observed)[-1].after(observed[-1].at)
        paces = paces_over(pace, test)
        slots = [int(n) for n in rng.integers(0, len(test), size=IMPOSTORS)]
        chosen = [others[int(n)] for n in rng.integers(0, len(others), size=IMPOSTORS)]
        strange = [
            (paces[slot], order._replace(at=test[slot].at))
            for slot, order in zip(slots, chosen, strict=True)
        ]
        _all(result, observed, list(zip(paces, test, strict=True)), strange)
    return result


Placed = list[tuple[Pace, Attempt]]


def _all(
    result: Accounts, observed: list[Attempt], normal: Placed, strange: Placed
) -> None:
    """Add what each detector finds in one account."""
    markets = {each.market for each in observed}
    same = np.array([order.market in markets for _, order in strange])
    scorer = Scorer.of(fit_a_day(observed))

    def ours(placed: Placed) -> list[float]:
        found = [score(scorer, pace, order) for pace, order in placed]
        return [each.evidence + each.excess / 1e9 for each in found]

    _add(result, "KYA", ours(normal), np.array(ours(strange)), same)
    numbers = Numbers(cells_over(NO_PACE, observed))
    rows = _without_time(numbers.matrix(cells_over(NO_PACE, observed)))
    usual = _without_time(numbers.matrix(_cells(normal)))
    odd = _without_time(numbers.matrix(_cells(strange)))
    for name in LIBRARIES:
        scores = fitted(name, rows).decision_function(np.vstack([usual, odd]))
        _add(result, name, scores[: len(usual)], scores[len(usual) :], same)


def _cells(placed: Placed) -> list[Cells]:
    return [cells_over(pace, [order])[0] for pace, order in placed]


def _without_time(rows: Any) -> Any:  # noqa: ANN401  numpy's arrays
    keep = [n for n in range(len(FEATURES)) if n != TIME_OF_DAY]
    return rows[:, keep]


def _add(
    result: Accounts, name: str, normal: Any, strange: Any, same: Any  # noqa: ANN401
) -> None:  # fmt: skip
    result.auroc[name].append(auroc(normal, strange))
    result.found[name].append(found_at(normal, strange, PART))
    if same.any():
        result.same_market[name].append(auroc(normal, strange[same]))


def fit_a_day(observed: list[Attempt]) -> LearnedBaseline:
    """Return a baseline of one day, whose tenths stand for days."""
    blocks = [n * BLOCKS // len(observed) for n in range(len(observed))]
    history = History.cut(observed, blocks)
    habits = Habits.of(history)
    held_out = [
        (*row[:TIME_OF_DAY], 0, *row[TIME_OF_DAY + 1 :])
        for row in held_out_surprisals(history, habits)
    ]
    baseline = baseline_of(history, habits, held_out, SUBJECT)
    pooled = list(baseline.tables.pooled)
    pooled[TIME_OF_DAY] = NumberTable(0, (), 0, 1, 1, 0, 0)
    tables = baseline.tables._replace(pooled=tuple(pooled))
    return baseline._replace(tables=tables)


def takeovers() -> tuple[list[int | None], int, int]:
    """Return after how many orders each taken account is found, and false alarms."""
    from bench.behaviour.bots import critical_after  # noqa: PLC0415

    accounts = sorted(
        (name, each) for name, each in read_accounts().items() if len(each) >= 100
    )
    found: list[int | None] = []
    false = 0
    for name, orders in accounts:
        cut = int(len(orders) * OBSERVED_PART)
        reference = Reference.of(fit_a_day(orders[:cut]))
        pace = paces_over(NO_PACE, orders[:cut])[-1].after(orders[cut - 1].at)
        start = UNSEEN._replace(pace=pace).held_against(reference)
        false += critical_after(reference, start, orders[cut:]) is not None
        for other, stranger in accounts:
            if other != name:
                later = [o for o in stranger if o.at > orders[cut - 1].at]
                found.append(critical_after(reference, start, later or stranger))
    return found, false, len(accounts)
