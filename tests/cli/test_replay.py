import json
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

import pytest

from tests.cli.terminal import Said, Up, a_draft, stored

BOT: Final = Path(__file__).parents[2] / "examples/bot.py"
PERIOD: Final = ("--from", "2026-01-01", "--to", "2098-12-31")


@pytest.fixture(scope="module")
def traded(trading: Up) -> Up:
    """The same gateway after the example bot's two orders, the second too large."""
    command = [sys.executable, str(BOT), str(trading.data / "agents/bot")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return trading


def replayed(at: Up, *more: str, **limits: Any) -> Said:  # noqa: ANN401
    scope = a_draft()["scope"] | limits
    draft = stored(at.data / "changed.json", a_draft(scope=scope))
    return at.kya("replay", "--mandate", draft, *(more or PERIOD))


def test_the_mandate_on_record_changes_nothing(traded: Up) -> None:
    said = traded.kya("replay", "--mandate", "agent:bot", *PERIOD)
    assert said.code == 0, said.err
    assert said.out == "2 orders judged again, 0 would differ\n"


def test_a_wider_maximum_lists_the_order_that_it_would_have_let_go(traded: Up) -> None:
    said = replayed(traded, order_max="200000.00")
    assert said.code == 1
    order, *rest = said.out.splitlines()
    assert order.startswith("order 2  20")
    assert order.endswith(
        "EUR/USD BUY EUR 180000.00 at SIMA: denied (order.amount_max) -> allowed"
    )
    assert rest == ["2 orders judged again, 1 would differ", "  denied -> allowed: 1"]


def test_says_the_same_as_json_lines(traded: Up) -> None:
    said = replayed(traded, *PERIOD, "--json", order_max="1.00")
    assert said.code == 1
    order, totals = map(json.loads, said.out.splitlines())
    assert order["logged"] == {"outcome": "allowed", "reasons": []}
    assert order["changed"]["reasons"] == ["order.amount_max"]
    assert totals["outcomes"]["allowed"] == {"changed": 0, "logged": 1}
    assert (totals["orders"], totals["differing"]) == (2, 1)


def test_a_period_without_orders_says_so(traded: Up) -> None:
    said = replayed(traded, "--from", "2020-01-01", "--to", "2020-12-31")
    assert said.code == 0
    assert "no order of bot in the log from 2020-01-01 to 2020-12-31" in said.err


def test_a_period_that_ends_before_it_begins_is_asked_wrongly(traded: Up) -> None:
    said = replayed(traded, "--from", "2026-01-02", "--to", "2026-01-01")
    assert said.code == 2
    assert "period: want a last day" in said.err


def test_a_mandate_with_a_fault_is_asked_wrongly(traded: Up) -> None:
    said = replayed(traded, order_max="25000")
    assert said.code == 2
    assert "2 decimals" in said.err


def test_a_log_can_be_replayed_without_its_gateway(traded: Up) -> None:
    assert traded.stop() == 0
    said = replayed(traded, order_max="200000.00")
    assert said.code == 1
    assert "no gateway is running" in said.err
