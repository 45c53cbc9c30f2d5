from pathlib import Path
from typing import Any, Final

import pytest

from tests.cli.terminal import Said, Up, a_draft, kya, stored

AT = {"resolved_at": "2026-05-01T00:00:00.000000Z"}


def draft(path: Path, **scope: Any) -> Path:  # noqa: ANN401
    found = a_draft(**AT)
    return stored(path, found | {"scope": found["scope"] | scope})


def diff(old: Path, new: Path, *more: str) -> Said:
    return kya("mandate", "diff", old, new, *more)


def test_a_narrower_mandate_is_within(tmp_path: Path) -> None:
    old = draft(tmp_path / "old")
    new = draft(tmp_path / "new", order_max="24999.99", calendar="monday_to_friday")
    said = diff(old, new)
    assert said.code == 0
    assert "order_max                 narrower" in said.out
    assert said.out.endswith("NEW is within OLD: every limit is equal or narrower\n")
    assert diff(old, old).out.endswith("every limit is equal\n")


def test_a_wider_one_is_not_and_an_order_shows_it(tmp_path: Path) -> None:
    new = draft(tmp_path / "new", order_max="30000.00", venues=["SIMA", "SIMB"])
    said = diff(draft(tmp_path / "old"), new)
    assert said.code == 1
    assert (
        "EUR/USD BUY EUR 25000.01 at SIMA from eu-west-1: NEW allows it, OLD says"
        " order.amount_max" in said.out
    )
    assert "at SIMB from eu-west-1: NEW allows it, OLD says venue.not_allowed" in (
        said.out
    )
    assert said.out.endswith("NEW is not within OLD: venues, order_max\n")


def test_what_came_before_on_that_day_is_shown(tmp_path: Path) -> None:
    new = draft(tmp_path / "new", daily_max_per="market_and_side")
    said = diff(draft(tmp_path / "old"), new)
    assert "BUY EUR 0.01 at SIMA" in said.out
    assert "after EUR/USD SELL 500000.00 on that day: NEW allows it" in said.out


def test_going_live_earlier_is_wider(tmp_path: Path) -> None:
    new = draft(tmp_path / "new", live_from="2026-05-14T00:00:00.000000Z")
    said = diff(draft(tmp_path / "old"), new)
    assert said.code == 1
    assert "2026-05-14T00:00:00.000000Z EUR/USD" in said.out
    assert "NEW has it live, OLD on paper" in said.out


def test_what_no_order_shows_is_said_in_words(tmp_path: Path) -> None:
    old, new = draft(tmp_path / "old"), a_draft(**AT, grace_seconds=600)
    new["scope"] |= {"order_max": "30000.00", "daily_max": "20000.00"}
    said = diff(old, stored(tmp_path / "new", new))
    assert said.code == 1
    assert "a breach may go on for longer" in said.out
    assert "another limit of NEW is in the way" in said.out


def test_a_script_reads_it_as_json(tmp_path: Path) -> None:
    new = draft(tmp_path / "new", order_max="30000.00")
    said = diff(draft(tmp_path / "old"), new, "--json")
    assert said.code == 1
    assert said.json["is_within"] is False
    limits = {each["limit"]: each for each in said.json["limits"]}
    assert limits["markets"] == {
        "limit": "markets",
        "relation": "equal",
        "counterexample": None,
    }
    example = limits["order_max"]["counterexample"]
    assert example["amount"] == "25000.01"
    assert example["reason"] == "order.amount_max"
    assert example["before"] == []


def test_the_mandate_on_record_is_compared_too(trading: Up, tmp_path: Path) -> None:
    new = stored(tmp_path / "new", a_draft())
    said = trading.kya("mandate", "diff", "agent:bot", new)
    assert said.code == 0, said.err
    wide = a_draft()
    wide["scope"]["markets"] = ["EUR/USD", "GBP/EUR"]
    said = trading.kya("mandate", "diff", "agent:bot", stored(tmp_path / "new", wide))
    assert said.code == 1
    assert "NEW is not within OLD: markets" in said.out


def test_a_signed_note_is_compared_too(trading: Up, tmp_path: Path) -> None:
    path, note = draft(tmp_path / "draft"), tmp_path / "note"
    signed = trading.kya("mandate", "sign", path, "--as", "anna", "--out", note)
    assert signed.code == 0, signed.err
    assert diff(path, note).code == 0


def test_mandates_of_two_agents_are_not_compared(tmp_path: Path) -> None:
    other = stored(tmp_path / "other", a_draft("other"))
    said = diff(draft(tmp_path / "old"), other)
    assert said.code == 2
    assert "want two of one agent" in said.err


INCIDENTS: Final = {
    "alert_seconds": 5,
    "triggers": [
        {"count": 1, "reasons": ["order.amount_max"], "within_seconds": 60},
    ],
}


def test_lint_warns_where_no_breach_opens_an_incident(tmp_path: Path) -> None:
    said = kya("mandate", "lint", draft(tmp_path / "draft"), "--data", tmp_path)
    assert said.code == 0
    assert said.out.startswith("warning: incidents: no breach opens one")


def test_a_sound_mandate_says_its_size(tmp_path: Path) -> None:
    path = stored(tmp_path / "draft", a_draft(**AT, incidents=INCIDENTS))
    said = kya("mandate", "lint", path, "--data", tmp_path)
    assert (said.code, said.out) == (0, "scope: 339 of 4096 bytes in the certificate\n")
    assert kya("mandate", "lint", path, "--data", tmp_path, "--json").json == {
        "faults": [],
        "scope_bytes": 339,
        "warnings": [],
    }


def test_lint_warns_where_a_calendar_ends_before_the_mandate(tmp_path: Path) -> None:
    path = draft(tmp_path / "x", calendar="target")
    said = kya("mandate", "lint", path, "--data", tmp_path)
    assert said.code == 0
    assert said.out.startswith(
        "warning: calendar: target lists 2024-01-01 to 2035-12-31, the mandate is valid"
    )
    assert "to 2099-01-01: on days that are not listed no order passes\n" in said.out
    until = "2035-12-31T23:59:59.999999Z"
    within = a_draft(**AT, valid_until=until, incidents=INCIDENTS)
    within["scope"]["calendar"] = "target"
    path = stored(tmp_path / "within", within)
    said = kya("mandate", "lint", path, "--data", tmp_path, "--json")
    assert (said.code, said.json["warnings"]) == (0, [])


def test_all_that_is_wrong_is_said_at_once(tmp_path: Path) -> None:
    bad = a_draft("../bot", grace_seconds="300")
    bad["scope"] |= {"order_max": "25000", "venues": ["SIMB", "SIMA"]}
    said = kya("mandate", "lint", stored(tmp_path / "bad", bad), "--data", tmp_path)
    assert said.code == 1
    named = [line.partition(":")[0] for line in said.out.splitlines()]
    assert named == ["agent", "grace_seconds", "scope.order_max", "scope.venues"]


def test_a_scope_too_large_for_a_certificate_is_told(tmp_path: Path) -> None:
    path = draft(tmp_path / "x", markets=[f"{n:012}/{n:012}" for n in range(200)])
    said = kya("mandate", "lint", path, "--data", tmp_path)
    assert said.code == 1
    assert "want a scope of at most 4096 bytes" in said.out


def test_a_mandate_that_is_over_is_told(tmp_path: Path) -> None:
    over = a_draft(**AT, valid_until="2026-05-02T00:00:00.000000Z")
    said = kya("mandate", "lint", stored(tmp_path / "x", over), "--data", tmp_path)
    assert said.code == 1
    assert "leaves a certificate no time" in said.out


def test_the_installations_issuing_ca_is_asked_without_its_key(
    office: Up, tmp_path: Path
) -> None:
    trust = tmp_path / "data/trust"
    trust.mkdir(parents=True)
    for name in ("kya.toml", "trust/issuer.pem"):
        (tmp_path / "data" / name).write_bytes((office.data / name).read_bytes())
    path = draft(tmp_path / "draft")
    assert kya("mandate", "lint", path, "--data", tmp_path / "data").code == 0


@pytest.mark.parametrize("verb", ["lint", "diff"])
def test_a_draft_that_is_no_json_is_asked_wrongly(tmp_path: Path, verb: str) -> None:
    (tmp_path / "x").write_text("{")
    path = tmp_path / "x"
    paths = (path,) if verb == "lint" else (path, path)
    assert kya("mandate", verb, *paths).code == 2
