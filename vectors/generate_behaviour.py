"""Write the score's vectors: `python -m vectors.generate_behaviour`.

The scores come from `kya`; the second implementation beside the vectors, which is
written from the pages in spec/, must come to the same. Running it again gives the same
bytes.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Final

from kya.codec.baselines import render_baseline
from kya.core.attempt import CANCEL, Attempt
from kya.core.behaviour import UNSEEN, Reference, advance, answered, score
from kya.core.chance import COUNT_BOUNDS
from kya.core.history import ordered
from kya.core.learn import learn
from kya.core.learned_baseline import Subject

PATH: Final = Path(__file__).resolve().parent / "behaviour" / "behaviour.json"
READING: Final = (
    "`history`: learning it gives `baseline`, a document of spec/baseline.md. `orders`"
    " come one after the other, with no order before them; `expected` is, for each of"
    " them, what spec/score.md says: score and low in 1/10,000, evidence and sequence"
    " in 1/10,000 decades, surprisals, excess and peak in 1/1,024 bits. A cancel has a"
    " sequence alone. `bounds` is the table of spec/score.md 3.6."
)
DAY: Final = 86_400_000
HOUR: Final = 3_600_000
MONDAY: Final = 20_577  # 2026-05-04
MARKETS: Final = ("EUR/USD EUR", "GBP/EUR EUR", "BTC/EUR BTC")


def main() -> None:
    """Write the file."""
    PATH.write_text(document(), encoding="utf-8")


def document() -> str:
    """Return the file's text."""
    content = {
        "schema": "kya/vectors/behaviour/v1",
        "reading": READING,
        "bounds": list(COUNT_BOUNDS),
        "cases": list(_cases()),
    }
    return (
        json.dumps(content, indent=None, separators=(",", ":"), sort_keys=True) + "\n"
    )


def _cases() -> Iterator[dict[str, object]]:
    """Yield each case with what is expected."""
    office = [_office_order(Random(n), n) for n in range(440)]
    around = [_restless_order(Random(-n - 1), n) for n in range(520)]
    yield _case("office", office, _later(office, 12))
    yield _case("restless", around, _later(around, 14))


def _case(
    name: str, history: list[Attempt], orders: list[Attempt]
) -> dict[str, object]:
    """Return a case: the baseline, and every order's scores."""
    learned = learn(history, Subject(name, "0" * 64))
    if learned.baseline is None:
        raise ValueError(learned.refusals)
    return {
        "id": name,
        "history": [_shown(each) for each in history],
        "baseline": json.loads(render_baseline(learned.baseline)),
        "orders": [_shown(each) for each in orders],
        "expected": list(_expected(Reference.of(learned.baseline), orders)),
    }


def _shown(order: Attempt) -> dict[str, object]:
    """Return an order as it is written; a size may be above 2**53."""
    return {**order._asdict(), "size": str(order.size)}


def _expected(
    reference: Reference, orders: list[Attempt]
) -> Iterator[dict[str, object]]:
    """Yield what each order scores."""
    behaviour = UNSEEN.held_against(reference)
    for order in orders:
        if order.action == CANCEL:
            behaviour = advance(reference, behaviour, order, None)
            yield {"sequence": _evidence(behaviour.sequence)}
            continue
        found = score(reference, behaviour, order)
        behaviour = advance(reference, behaviour, order, found)
        yield {
            "score": found.value,
            "low": found.low,
            "evidence": found.evidence,
            "surprisals": found.surprisals,
            "excess": found.excess,
            "peak": found.peak,
            "footing": found.footing.value,
            "sequence": _evidence(behaviour.sequence),
        }
        behaviour = answered(reference, behaviour, order.at, failed=order.failed)


def _evidence(sequence: object) -> int:
    """Return the evidence of a sequence."""
    return int(getattr(sequence, "evidence"))  # noqa: B009  of any shape


def _later(history: list[Attempt], days: int) -> list[Attempt]:
    """Return later orders: usual ones, strange ones, and what no grid expects."""
    usual = [each._replace(at=each.at + 14 * DAY) for each in history[: 8 * days]]
    chance = Random(len(history))
    strange = [_changed(chance, each, n) for n, each in enumerate(usual[20:], 1)]
    end = max(each.at for each in strange)
    burst = [usual[5]._replace(at=end + 700 * n) for n in range(90)]
    taken = [
        each._replace(
            side="SELL", venue="SIMZ", size=each.size * 3, at=each.at + 40 * DAY
        )
        for each in history[:60]
    ]
    return ordered([*usual[:20], *strange, *burst, *taken])


def _changed(chance: Random, order: Attempt, number: int) -> Attempt:
    """Return every third order as it is, and the others with one thing changed."""
    changes: list[dict[str, object]] = [
        {},
        {"size": order.size * chance.randrange(1, 40)},
        {"size": 10**24},
        {"size": 1},
        {"market": "EUR/SEK EUR"},
        {"market": "constructor"},
        {"venue": "toString"},
        {"region": "us-east-1"},
        {"type": "STOP"},
        {"deviation": None},
        {"deviation": -(10**9)},
        {"deviation": 9_000},
        {"aux": 1},
        {"aux": 2**53 - 1},
        {"action": CANCEL},
        {"action": "replace"},
        {"failed": True},
        {"at": order.at + 6 * HOUR},
    ]
    change = {} if number % 3 == 0 else changes[number % len(changes)]
    return order._replace(**change)  # type: ignore[arg-type]


def _office_order(chance: Random, number: int) -> Attempt:
    """Return an order of a bot that keeps office hours: 44 each weekday."""
    place, day = number % 44, MONDAY + number // 44 // 5 * 7 + number // 44 % 5
    at = day * DAY + 9 * HOUR + place * 600_000 + chance.randrange(500_000)
    market = MARKETS[chance.randrange(4) // 3]
    return Attempt(
        at=at,
        market=market,
        side=chance.choice(["BUY", "SELL"]),
        venue=chance.choice(["SIMA", "SIMA", "SIMB"]),
        type=chance.choice(["LIMIT", "LIMIT", "MARKET"]),
        region="eu-west-1",
        size=(150 + sum(chance.randrange(20) for _ in range(4))) * 10_000,
        deviation=sum(chance.randrange(-9, 10) for _ in range(3)),
    )


def _restless_order(chance: Random, number: int) -> Attempt:
    """Return an order of a bot that never rests, has no prices, and chooses an aux."""
    at = MONDAY * DAY + number * (14 * DAY // 520) + chance.randrange(HOUR // 3)
    return Attempt(
        at=at,
        market=MARKETS[chance.randrange(3)],
        side=chance.choice(["BUY", "SELL"]),
        venue="-",
        type="-",
        region=chance.choice(["eu-west-1", "eu-central-1"]),
        size=chance.choice([1, 2, 3, 5, 8]) * 100_000_000,
        aux=chance.randrange(40, 400) if chance.randrange(5) else None,
        failed=chance.randrange(90) == 0,
    )


if __name__ == "__main__":
    main()
