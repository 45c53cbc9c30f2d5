"""Orders of a bot that is made up, as CSV: `observed_orders.py DAYS`.

Ten weekdays are enough to learn a baseline from.
"""

import argparse
import csv
import sys
from datetime import UTC, datetime, timedelta
from random import Random

COLUMNS = [
    "at", "market", "currency", "side", "venue", "type", "region", "size", "price",
    "reference",
]  # fmt: skip
WEEKEND = {6, 7}
MARKETS = {"EUR/USD": (18_900, "1.1000"), "GBP/EUR": (17_200, "1.1900")}


def main() -> None:
    """Write the orders to stdout."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("days", type=int)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--first", default="2026-05-01")
    asked = parser.parse_args()
    chance = Random(asked.seed)  # noqa: S311  it makes orders, never keys
    first = datetime.fromisoformat(asked.first).replace(tzinfo=UTC)
    writer = csv.DictWriter(sys.stdout, COLUMNS)
    writer.writeheader()
    for number in range(asked.days):
        day = first + timedelta(days=number)
        if day.isoweekday() not in WEEKEND:
            seconds = sorted(chance.sample(range(9 * 3_600, 17 * 3_600), 48))
            for second in seconds:
                writer.writerow(order(chance, day + timedelta(seconds=second)))


def order(chance: Random, at: datetime) -> dict[str, str]:
    """Return one order."""
    market = chance.choices(list(MARKETS), [73, 27])[0]
    median, reference = MARKETS[market]
    size = median + sum(chance.randrange(-15, 16) for _ in range(6)) * 100
    tenths = sum(chance.randrange(-3, 4) for _ in range(4))
    return {
        "at": at.strftime("%Y-%m-%dT%H:%M:%S.000000Z"),
        "market": market,
        "currency": "EUR",
        "side": chance.choice(["BUY", "SELL"]),
        "venue": chance.choices(["SIMA", "SIMB", "SIMC"], [5, 3, 2])[0],
        "type": "LIMIT",
        "region": "eu-west-1",
        "size": f"{size}.00",
        "price": f"{float(reference) + tenths / 100_000:.5f}",
        "reference": reference,
    }


if __name__ == "__main__":
    main()
