import json
import subprocess
import sys
from collections.abc import Callable
from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kya.codec.attempts import attempts_from, history_digest
from kya.codec.baselines import baseline_digest, parse_baseline, render_baseline
from kya.core.errors import InputError, MalformedError
from kya.core.limits import BASELINE_BYTES_MAX
from tests.behaving import a_history, an_attempt, learned

BASELINE: Final = learned()
LINE: Final = render_baseline(BASELINE)

ROW: Final = {
    "at": "2026-05-15T09:15:00.123456Z",
    "market": "EUR/USD",
    "side": "BUY",
    "size": "20000.00",
    "currency": "EUR",
    "venue": "SIMA",
    "type": "LIMIT",
    "region": "eu-west-1",
    "price": "1.1011",
    "reference": "1.1",
}


def test_a_document_says_all_that_scoring_needs() -> None:
    assert parse_baseline(LINE) == BASELINE
    assert len(LINE) < 20_000
    assert len(baseline_digest(BASELINE)) == 64


@settings(max_examples=60)
@given(st.integers(0, len(LINE) - 1), st.integers(1, 255))
def test_one_changed_byte_is_refused_or_is_another_baseline(at: int, by: int) -> None:
    altered = bytearray(LINE)
    altered[at] ^= by
    try:
        found = parse_baseline(bytes(altered))
    except MalformedError:
        return
    assert found != BASELINE
    assert render_baseline(found) == bytes(altered)


def changed(change: Callable[[Any], object]) -> bytes:
    document = json.loads(LINE)
    change(document)
    text = json.dumps(document, sort_keys=True, separators=(",", ":"))
    return text.encode() + b"\n"


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda d: d.update(orders=0), "orders"),
        (lambda d: d.update(weekend=-1), "weekend"),
        (lambda d: d["tables"].pop("size"), "tables"),
        (lambda d: d["tables"].update(size=d["tables"]["side"]), "size"),
        (lambda d: d["tables"]["gap"].update(above=0), "gap"),
        (lambda d: d["tables"]["second"]["cells"].pop(), "second"),
        (lambda d: d["tables"]["venue"]["words"].update(X=-1), "venue"),
        (lambda d: d["markets"].update(X={"region": d["tables"]["side"]}), "region"),
        (lambda d: d["ladders"]["sums"]["values"].reverse(), "sums"),
        (lambda d: d["ladders"]["both"].update(fall=0), "both"),
        (lambda d: d["ladders"]["peaks"]["values"].pop(), "peaks"),
        (lambda d: d["sequence"]["shares"].pop("side"), "shares"),
        (lambda d: d["sequence"]["shares"]["side"].pop(""), "side"),
        (lambda d: d["sequence"]["rates"]["means"].__setitem__(3, 0), "rates"),
        (lambda d: d["sequence"]["ranked"]["size"].update(slack=0), "slack"),
        (lambda d: d["sequence"]["ranked"].update(gap=1), "ranked"),
        (
            lambda d: d["sequence"]["rates"]["ranks"]["cells"].reverse(),
            "ranks",
        ),
    ],
)
def test_a_document_that_cannot_be_a_baseline_is_refused_by_name(
    change: Callable[[Any], object], told: str
) -> None:
    with pytest.raises(MalformedError, match=told):
        parse_baseline(changed(change))


def test_a_document_that_is_too_long_is_refused() -> None:
    with pytest.raises(MalformedError, match="bytes"):
        parse_baseline(b"{" + b" " * BASELINE_BYTES_MAX + b"\n")


PROGRAM: Final = """
from kya.codec.baselines import baseline_digest
from kya.core.behaviour import UNSEEN, Reference, advance, score
from tests.behaving import a_history, learned
baseline = learned()
reference = Reference.of(baseline)
behaviour = UNSEEN.held_against(reference)
for attempt in a_history(7, days=4, first=20_588):
    found = score(reference, behaviour, attempt)
    behaviour = advance(reference, behaviour, attempt, found)
print(baseline_digest(baseline), found.evidence, behaviour.sequence.levels)
"""


def test_every_process_learns_the_same_bytes_and_scores() -> None:
    runs = [
        subprocess.Popen(
            [sys.executable, *options, "-c", PROGRAM],
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": "."},
            stdout=subprocess.PIPE,
            text=True,
        )
        for seed, options in (("1", []), ("2", ["-O"]))
    ]
    said = [run.communicate(timeout=60)[0] for run in runs]
    assert said[0] == said[1]
    assert said[0].startswith(baseline_digest(BASELINE))


def test_a_row_is_an_order() -> None:
    (found,) = attempts_from([ROW])
    assert found == an_attempt(
        at=1_778_836_500_123,
        market="EUR/USD EUR",
        size=2_000_000,
        deviation=100,
    )


def test_a_row_of_an_export_is_the_same_order() -> None:
    exported = {
        "event": "NEWO",
        "agent": "algo_trader_v2",
        "received_at": ROW["at"],
        "market": "EUR/USD",
        "side": "BUY",
        "quantity": "20000",
        "quantity_currency": "EUR",
        "venue": "SIMA",
        "order_type": "LIMIT",
        "region": "eu-west-1",
        "limit_price": "1.1011",
        "reference_bid": "1.0999",
        "reference_ask": "1.1001",
    }
    filled = exported | {"event": "FILL"}
    assert attempts_from([exported, filled], "algo_trader_v2") == attempts_from([ROW])
    with pytest.raises(InputError, match="agent: want another"):
        attempts_from([exported], "another")


@pytest.mark.parametrize(
    ("column", "cell", "told"),
    [
        ("at", "2026-05-15 09:15", "instant"),
        ("at", "", "at: want a value"),
        ("market", "eurusd", "market"),
        ("currency", "XQQ", "currency"),
        ("size", "0", "size"),
        ("size", "1.001", "at most 2 decimals"),
        ("size", "-5", "size"),
        ("size", "1e400", "size"),
        ("size", "NaN", "size"),
        ("size", "lots", "size"),
        ("price", "x", "price"),
        ("reference", "0", "reference"),
        ("aux", "1.5", "aux"),
        ("action", "steal", "action"),
        ("outcome", "perhaps", "outcome"),
        ("venue", "x" * 65, "venue"),
        ("region", "a\nb", "region"),
    ],
)
def test_a_row_that_is_no_order_is_refused_by_column(
    column: str, cell: str, told: str
) -> None:
    with pytest.raises(InputError, match=f"row 3: .*{told}"):
        attempts_from([ROW, {**ROW, column: cell}])


def test_a_missing_price_is_no_deviation() -> None:
    (found,) = attempts_from([{**ROW, "price": ""}])
    assert found.deviation is None
    (below,) = attempts_from([{**ROW, "price": "1.0989"}])
    assert below.deviation == -100


def test_the_digest_of_a_history_is_of_its_orders_and_not_of_their_order() -> None:
    history = a_history(days=3)
    digest = history_digest(history)
    assert history_digest(history[::-1]) == digest
    for change in ({"size": 1}, {"at": 1}, {"failed": True}, {"deviation": None}):
        changed_history = [history[0]._replace(**change), *history[1:]]
        assert history_digest(changed_history) != digest
