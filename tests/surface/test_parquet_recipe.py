"""The page of questions in SQL: each is asked, of a sound log and of a forged one."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import duckdb
import pytest

from tests.cli.terminal import kya
from tests.evidence.order_flow import Step, flow
from tests.surface.blocks import ROOT, blocks
from tests.verify.packages import handed_over

PAGE: Final = ROOT / "docs/for-regulators/parquet.md"
ASKED: Final = {
    block.text.splitlines()[0].removeprefix("-- "): block.text
    for block in blocks(PAGE)
    if block.language == "sql"
}
FORGERIES: Final = {
    "no row: the order maximum was kept": (
        "UPDATE orders SET quantity = 25000.01 WHERE event = 'NEWO' AND agent_seq = 2"
    ),
    "no row: nothing was left out": (
        "UPDATE orders SET quantity_currency = 'USD' WHERE agent_seq = 2"
    ),
    "no row: no order is missing": "DELETE FROM orders WHERE agent_seq = 2",
    "no row: the daily maximum was kept": (
        "UPDATE orders SET quantity = 485000.01 WHERE event = 'NEWO' AND agent_seq = 1"
    ),
    "no row: no venue answered to what was stopped": (
        "UPDATE orders SET event = 'BLKG' WHERE event = 'NEWO' AND agent_seq = 1"
    ),
    "no row: every allowed order has its last word": (
        "DELETE FROM orders WHERE event = 'FILL' AND agent_seq = 1"
    ),
}


@pytest.fixture(scope="module")
def orders(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The export of a log with three allowed orders and one that was denied."""
    folder = tmp_path_factory.mktemp("recipe")
    steps = [Step(), Step(cents=1_500_000), Step(cents=2_500_001), Step()]
    package = handed_over(flow(steps), folder / "evidence").path
    out = folder / "orders.parquet"
    wanted = ("--format", "parquet", "--out", out)
    said = kya("evidence", "export", "--package", package, *wanted)
    assert said.code == 0, said.err
    return out


@pytest.fixture
def database() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as found:
        yield found


def ask(database: duckdb.DuckDBPyConnection, name: str, file: Path) -> list[Any]:
    """What a question of the page gives over this file."""
    text = ASKED[name].replace("'orders.parquet'", f"'{file}'")
    return database.sql(text).fetchall()


def test_every_question_that_wants_no_row_has_a_forgery() -> None:
    wanting = {name for name in ASKED if name.startswith("no row")}
    assert wanting == FORGERIES.keys()
    assert len(ASKED) == len(wanting) + 1


@pytest.mark.parametrize("name", FORGERIES)
def test_a_sound_log_gives_no_row_and_a_forged_one_does(
    name: str, orders: Path, database: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    assert ask(database, name, orders) == []
    database.execute(f"CREATE TABLE orders AS FROM '{orders}'")
    database.execute(FORGERIES[name])
    forged = tmp_path / "forged.parquet"
    database.execute(f"COPY orders TO '{forged}' (FORMAT parquet)")
    assert ask(database, name, forged) != []


def test_the_daily_sums_are_those_of_the_decisions(
    orders: Path, database: duckdb.DuckDBPyConnection
) -> None:
    rows = ask(database, "a row for each agent, day, market and side", orders)
    told = [(day, market, count, total) for _, day, market, _, count, total in rows]
    assert told == [("2026-05-15", "EUR/USD", 3, 55_000)]
    database.execute(f"CREATE TABLE orders AS FROM '{orders}'")
    sums = database.sql(
        "SELECT counters ->> '$.after.market_and_side' FROM orders"
        " WHERE event = 'NEWO' ORDER BY entry"
    )
    assert sums.fetchall()[-1] == ("55000.00",)


def test_the_page_names_only_columns_of_the_export(
    orders: Path, database: duckdb.DuckDBPyConnection
) -> None:
    columns = {row[0] for row in database.sql(f"DESCRIBE FROM '{orders}'").fetchall()}
    named = set(
        re.findall(r"\b(?:quantity|agent|order)_\w+\b", "".join(ASKED.values()))
    )
    assert named - columns == {"order_max"}
