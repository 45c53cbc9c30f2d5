import csv
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from kya.core.attempt import Attempt
from kya.core.instant import Instant
from tests.behaving import FRIDAY, a_history, an_attempt
from tests.cli.terminal import Said, kya


def row(attempt: Attempt) -> dict[str, str]:
    """The order as an analyst has it."""
    market, _, currency = attempt.market.partition(" ")
    reference = 1_000_000_000
    price = reference + reference * (attempt.deviation or 0) // 100_000
    return {
        "at": str(Instant(attempt.at * 1_000)),
        "market": market,
        "currency": currency,
        "side": attempt.side,
        "venue": attempt.venue,
        "type": attempt.type,
        "region": attempt.region,
        "size": f"{attempt.size / 100:.2f}",
        "price": str(price),
        "reference": str(reference),
        "action": attempt.action,
    }


def stored(path: Path, attempts: list[Attempt]) -> Path:
    rows = [row(each) for each in attempts]
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, list(row(an_attempt())))
        writer.writeheader()
        writer.writerows(rows)
    return path


def learn(orders: Path, out: Path, *more: str) -> Said:
    return kya(
        "baseline", "learn", orders, "--agent", "algo_trader_v2", "--out", out, *more
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with observed orders and the baseline learned from them."""
    path = tmp_path_factory.mktemp("baseline")
    said = learn(stored(path / "orders.csv", a_history()), path / "b.json")
    assert said.code == 0, said.err
    return path


def test_learning_says_the_digest_and_which_orders_to_look_at(folder: Path) -> None:
    said = learn(folder / "orders.csv", folder / "again.json", "--review", "3")
    assert said.out.count("bits:") == 3
    assert (folder / "again.json").read_bytes() == (folder / "b.json").read_bytes()


def test_a_refused_history_exits_with_1_and_says_what_is_missing(
    tmp_path: Path,
) -> None:
    few = stored(tmp_path / "few.csv", a_history(days=3))
    said = learn(few, tmp_path / "b.json")
    assert said.code == 1
    assert "orders: " in said.out
    assert "observe" in said.out
    assert not (tmp_path / "b.json").exists()
    rules = [
        each["rule"] for each in learn(few, tmp_path / "b", "--json").json["refusals"]
    ]
    assert {"orders", "span", "days"} <= set(rules)


def test_usual_orders_exit_with_0_and_a_strange_one_with_1(folder: Path) -> None:
    usual = stored(folder / "usual.csv", a_history(7, days=3, first=FRIDAY + 17))
    said = kya("score", usual, "--baseline", folder / "b.json")
    assert said.code == 0, said.out
    strange = an_attempt(at=(FRIDAY + 17) * 86_400_000 + 40_000_000, size=18_000_000)
    orders = [*a_history(7, days=3, first=FRIDAY + 17), strange]
    said = kya(
        "score", stored(folder / "s.csv", orders), "--baseline", folder / "b.json"
    )
    assert said.code == 1
    assert "1 from 0.85 on" in said.out
    first = said.out.splitlines()[-10]
    assert "BUY 18000000 EUR/USD EUR" in first
    assert "size +" in first
    assert "extrapolated" in first


def test_programs_get_every_order_with_its_contributions(folder: Path) -> None:
    usual = stored(folder / "u.csv", a_history(8, days=2, first=FRIDAY + 17))
    answer: Any = kya("score", usual, "--baseline", folder / "b.json", "--json").json
    assert len(answer["orders"]) > 40
    for order in answer["orders"]:
        assert sum(order["contributions"].values()) == order["excess"]


def test_cancels_are_counted_and_have_no_score(folder: Path) -> None:
    orders = a_history(8, days=1, first=FRIDAY + 17)
    cancel = orders[3]._replace(action="cancel")
    path = stored(folder / "c.csv", [*orders, cancel])
    answer: Any = kya("score", path, "--baseline", folder / "b.json", "--json").json
    assert len(answer["orders"]) == len(orders)


def test_a_baseline_is_shown_in_words_and_as_a_picture(folder: Path) -> None:
    said = kya("baseline", "show", folder / "b.json", "--svg", folder / "b.svg")
    assert said.code == 0, said.err
    assert "venue  SIMA, SIMB, SIMC" in said.out
    assert "time_of_day  09:" in said.out
    drawn = ET.fromstring((folder / "b.svg").read_text())  # noqa: S314  our own
    assert drawn.tag.endswith("svg")
    assert len(list(drawn)) > 100
    facts: Any = kya("baseline", "show", folder / "b.json", "--json").json
    assert facts["agent"] == "algo_trader_v2"


def test_two_baselines_are_compared(folder: Path) -> None:
    same = kya("baseline", "compare", folder / "b.json", folder / "b.json")
    assert (same.code, "no difference" in same.out) == (0, True)
    other = [each._replace(region="us-east-1") for each in a_history(3)]
    learn(stored(folder / "o.csv", other), folder / "o.json")
    said = kya("baseline", "compare", folder / "b.json", folder / "o.json")
    assert said.code == 1
    assert "1.000  region: eu-west-1  →  us-east-1" in said.out
    document: Any = kya(
        "baseline", "compare", folder / "b.json", folder / "o.json", "--json"
    ).json
    assert document["moved"][0]["what"] == "region"
    assert document["before"]["orders"] == 486


def test_parquet_is_read_like_csv(folder: Path) -> None:
    pa = pytest.importorskip("pyarrow")
    pq = pytest.importorskip("pyarrow.parquet")
    orders = a_history()
    columns: dict[str, list[Any]] = {
        name: [row(each)[name] for each in orders] for name in row(orders[0])
    }
    columns["at"] = [Instant(each.at * 1_000).to_datetime() for each in orders]
    pq.write_table(pa.table(columns), folder / "orders.parquet")
    learn(folder / "orders.parquet", folder / "p.json")
    assert (folder / "p.json").read_bytes() == (folder / "b.json").read_bytes()
    (folder / "none.parquet").write_text("no")
    assert learn(folder / "none.parquet", folder / "x").code == 2


@pytest.mark.parametrize(
    "content", [b"", b"a,b\n1,2\n", b"\xff\xfe\x00", b"market,side\n"]
)
def test_what_are_no_orders_is_said_and_not_a_fault(
    content: bytes, folder: Path, tmp_path: Path
) -> None:
    (tmp_path / "bad.csv").write_bytes(content)
    assert learn(tmp_path / "bad.csv", tmp_path / "b.json").code in {1, 2}
    said = kya("score", tmp_path / "bad.csv", "--baseline", folder / "b.json")
    assert said.code in {0, 2}


def test_the_baseline_must_be_one(folder: Path) -> None:
    said = kya("score", folder / "orders.csv", "--baseline", folder / "orders.csv")
    assert said.code == 2
    assert "baseline" in said.err
