"""Orders of a file, judged by a mandate, beside what people want of it."""

import re
from pathlib import Path
from typing import Any, Final

import msgspec
import pytest

from kya.codec import mandate_cases
from tests.cli.terminal import Said, Up, a_draft, kya, stored
from tests.surface.blocks import ROOT, blocks, steps

EXAMPLES: Final = ROOT / "examples"
FIELDS: Final = """
at = "2035-06-01T09:15:00.000000Z"
[order]
market = "EUR/USD"
side = "BUY"
amount = "20000.00"
venue = "SIMA"
region = "eu-west-1"
"""

REPLACES: Final = {"actions": ["cancel", "new", "replace"]}


def tried(tmp_path: Path, cases: str, *more: str, **limits: Any) -> Said:  # noqa: ANN401
    """What is said of cases, under a mandate with these limits."""
    draft = a_draft()
    if limits:
        draft["scope"]["limits"] = limits
    path = tmp_path / "cases.toml"
    path.write_text(FIELDS + cases)
    mandate = stored(tmp_path / "mandate.json", draft)
    return kya("mandate", "test", mandate, path, *more)


def a_case(*fields: str, expect: str = "allowed", reasons: str = "") -> str:
    wanted = f'reasons = ["{reasons}"]' if reasons else ""
    lines = ("[[case]]", f'name = "{expect}"', f'expect = "{expect}"', wanted, *fields)
    return "\n".join(lines) + "\n"


def test_the_page_shows_what_the_examples_come_to() -> None:
    page = ROOT / "docs" / "how-to" / "govern-an-agent.md"
    (step,) = (
        step
        for block in blocks(page)
        if block.language == "console"
        for step in steps(block.text)
        if "mandate test" in step.command
    )
    words = step.command.replace("examples", str(EXAMPLES)).split()[1:]
    said = kya(*words)
    assert (said.code, said.out.splitlines()) == (0, list(step.shown))


def test_what_comes_out_otherwise_is_shown_beside_what_was_wanted(
    tmp_path: Path,
) -> None:
    said = tried(tmp_path, a_case('amount = "25000.01"'))
    assert said.code == 1
    assert said.out.splitlines() == [
        "DIFFERS    allowed: denied (order.amount_max)",
        "           wanted: allowed",
        "1 cases, 1 not as wanted",
    ]


def test_other_reasons_are_a_difference_too(tmp_path: Path) -> None:
    wanted = a_case('amount = "25000.01"', expect="denied", reasons="daily.amount_max")
    said = tried(tmp_path, wanted)
    assert said.code == 1
    assert "wanted: denied (daily.amount_max)" in said.out


def test_a_case_that_stands_on_a_denied_order_is_not_as_wanted(tmp_path: Path) -> None:
    said = tried(tmp_path, a_case('earlier = [{ amount = "25000.01", times = 3 }]'))
    assert said.code == 1
    assert "of what came before not allowed: 3 (order.amount_max)" in said.out


@pytest.mark.parametrize(
    ("fields", "limits", "reason"),
    [
        ("earlier = [{ times = 2 }]", {"open_orders": 2}, "open.orders"),
        ('earlier = [{ times = 2, filled_at = "1.2" }]', {"open_orders": 2}, ""),
        ("earlier = [{ rejected = true }]", {"rejects_in_a_row": 1}, ""),
        (
            "earlier = [{ rejected = true, times = 2 }]",
            {"rejects_in_a_row": 1},
            "latch.rejects",
        ),
        ("earlier = [{ millis_before = 999 }]", {"messages_per_second": 1}, "rate"),
        ("earlier = [{ millis_before = 1000 }]", {"messages_per_second": 1}, ""),
        (
            'side = "SELL"\nearlier = [{ side = "BUY" }]',
            {"self_trade": "deny"},
            "order.self_trade",
        ),
        ('action = "replace"\ntarget = 1\nearlier = [{}]', REPLACES, ""),
        ('action = "replace"\ntarget = 2\nearlier = [{}]', REPLACES, "target"),
    ],
)
def test_what_came_before_counts(
    tmp_path: Path, fields: str, limits: dict[str, Any], reason: str
) -> None:
    said = tried(tmp_path, a_case(fields), "--json", **limits)
    (found,) = said.json
    assert " ".join(found["reasons"]).startswith(reason)
    assert found["is_as_wanted"] is (reason == "")
    assert said.code == (1 if reason else 0)


def test_a_region_can_be_shown(tmp_path: Path) -> None:
    draft = a_draft()
    draft["scope"]["region_evidence"] = "attested"
    mandate = stored(tmp_path / "mandate.json", draft)
    path = tmp_path / "cases.toml"
    for shown, code in (("true", 0), ("false", 1)):
        path.write_text(FIELDS + a_case(f"region_shown = {shown}"))
        assert kya("mandate", "test", mandate, path).code == code


@pytest.mark.parametrize(
    ("cases", "why"),
    [
        ("", "cases: Object missing required field `case`"),
        (a_case() * 1001, "cases: want 1 to 1000, got 1001"),
        ("[[case", "cases: "),
        (a_case() + a_case(), "want each name once, got twice: allowed"),
        (a_case('mood = "good"'), "unknown field `mood`"),
        (a_case("amount = 20000.00"), "Expected `str | null`, got `float`"),
        (a_case('amount = "20000"'), "case 'allowed': amount in EUR: want a decimal"),
        (a_case('at = "soon"'), "case 'allowed': instant: want the form"),
        (a_case(expect="denied"), "reasons: want some unless"),
        (a_case(reasons="order.amount_max"), "reasons: want some unless"),
        (a_case(expect="denied", reasons="x"), "reasons: want one of credential."),
        (a_case(expect="maybe"), "expect: want one of allowed, denied, refused"),
        (a_case("earlier = [{ times = 1001 }]"), "earlier: want at most 1000 orders"),
        (a_case("earlier = [{ times = 0 }]"), "earlier: want the oldest first"),
        (
            a_case("earlier = [{ millis_before = 1 }, { millis_before = 2 }]"),
            "earlier: want the oldest first",
        ),
        (
            a_case('earlier = [{ rejected = true, filled_at = "1" }]'),
            "want filled_at or rejected, not both",
        ),
        (
            a_case('earlier = [{ action = "withdraw" }]'),
            "earlier: want new orders alone",
        ),
    ],
)
def test_a_file_that_is_none_is_refused(tmp_path: Path, cases: str, why: str) -> None:
    said = tried(tmp_path, cases)
    assert said.code == 2
    assert why in said.err


def test_what_no_order_can_do_without_is_named(tmp_path: Path) -> None:
    path = tmp_path / "cases.toml"
    path.write_text(a_case('at = "2035-06-01T09:15:00.000000Z"'))
    said = kya("mandate", "test", stored(tmp_path / "draft", a_draft()), path)
    assert said.code == 2
    assert "case 'allowed': market: want one, here or for all orders" in said.err


def test_the_mandate_on_record_is_tried_too(trading: Up, tmp_path: Path) -> None:
    path = tmp_path / "cases.toml"
    path.write_text(FIELDS + a_case())
    said = trading.kya("mandate", "test", "agent:bot", path)
    assert said.code == 0, said.err


def test_the_page_lists_every_field() -> None:
    page = ROOT / "docs" / "reference" / "mandate-cases.md"
    listed = {
        title: set(re.findall(r"^\| `(\w+)` \|", part, re.MULTILINE))
        for title, _, part in (
            found.partition("\n") for found in page.read_text("utf-8").split("\n## ")
        )
    }
    order = names(mandate_cases.OrderTable)
    assert listed["An order"] == order
    assert listed["The file"] == names(mandate_cases.File)
    assert listed["A case"] == names(mandate_cases.CaseTable) - order
    earlier = names(mandate_cases.EarlierTable)
    assert listed["An earlier order"] == earlier - order
    assert listed["A price"] == names(mandate_cases.PriceTable)


def names(table: type[msgspec.Struct]) -> set[str]:
    return {field.encode_name for field in msgspec.structs.fields(table)}
