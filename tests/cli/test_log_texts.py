"""`kya log`: texts beside the log, and until when it is kept."""

from datetime import date
from pathlib import Path

import msgspec
import pytest

from kya.cli.log_texts import years_after
from kya.config import LogSection, read_config, render_config
from tests.cli.terminal import Up, kya

WORDS = "asked for by A. Example"
PEOPLE = ("--as", "operator:alice", "--as", "risk:rita")
TO_2027 = ("log", "roll", "kya.example/log/2027", "--reason", "a new year")
DESTROY = ("log", "destroy-text", "--ground", "request", *PEOPLE)


def test_a_text_is_kept_used_shown_and_destroyed(office: Up, tmp_path: Path) -> None:
    reason = office.kya("log", "commit-text", WORDS).out.strip()
    why = ("--as", "operator:alice", "--reason", reason)
    said = office.kya("gateway", "halt", "--place", "venue:SIMC", *why)
    assert said.code == 0, said.err
    assert reason in office.kya("gateway", "state").out
    digest = reason.removeprefix("committed:")
    kept = office.data / f"texts/{digest}.txt"
    assert kept.read_text().endswith(f"\n{WORDS}\n")
    days = ("--from", "2026-01-01", "--to", "2098-12-31")
    for name in ("before", "after"):
        out = tmp_path / name
        assert office.kya("evidence", "build", *days, "--out", out).code == 0
        shown = kya("verify", out, "--root", office.data / "trust/root.pem")
        assert "FAILS" not in shown.out
        assert "nobody shows" not in shown.out
        assert (out / f"texts/{digest}.txt").exists() is (name == "before")
        if name == "before":
            held(office, legal_hold=True)
            refused = office.kya(*DESTROY, reason)
            assert (refused.code, kept.exists()) == (2, True)
            assert "legal hold" in refused.err
            assert "legal hold" in office.kya("log", "retention").out
            held(office, legal_hold=False)
            alone = office.kya(*DESTROY[:-2], reason)
            assert (alone.code, kept.exists()) == (1, True)
            done = office.kya(*DESTROY, reason)
            assert done.code == 0, done.err
            assert done.out.startswith(f"destroyed {reason} entry ")
    assert not kept.exists()
    assert "kya/erasure/v1" in office.kya("log", "show", "--count", "99").out
    again = office.kya(*DESTROY, reason)
    assert (again.code, "not here" in again.err) == (2, True)


def held(at: Up, *, legal_hold: bool) -> None:
    """Have the configuration say whether there is a legal hold."""
    config = read_config(at.data)
    log = msgspec.structs.replace(config.log, legal_hold=legal_hold)
    changed = msgspec.structs.replace(config, log=log)
    (at.data / "kya.toml").write_text(render_config(changed))


def test_no_name_leads_out_of_the_folder(office: Up) -> None:
    refused = office.kya(*DESTROY, "../kya.toml")
    assert refused.code == 2
    assert (office.data / "kya.toml").exists()


def test_a_log_is_kept_for_years_after_its_last_entry(office: Up) -> None:
    said = office.kya("log", "retention").out
    assert said.startswith("entries 0 to ")
    assert said.endswith(", 5 years after the last one\n")


@pytest.mark.parametrize(
    ("day", "years", "until"),
    [
        (date(2026, 5, 29), 5, date(2031, 5, 29)),
        (date(2024, 2, 29), 5, date(2029, 3, 1)),
        (date(2024, 2, 29), 8, date(2032, 2, 29)),
    ],
)
def test_a_year_ends_on_the_same_day(day: date, years: int, until: date) -> None:
    assert years_after(day, years) == until


@pytest.mark.parametrize("years", [4, 0, -5, 101])
def test_no_rule_asks_for_less_than_five_years(years: int) -> None:
    with pytest.raises(ValueError, match="retention_years"):
        LogSection(origin="log.example/2026", retention_years=years)


def test_a_log_is_rolled_and_goes_on(office: Up, tmp_path: Path) -> None:
    alone = office.kya(*TO_2027, *PEOPLE[:2])
    assert (alone.code, "want 2 different people" in alone.err) == (1, True)
    done = office.kya(*TO_2027, *PEOPLE)
    assert done.code == 0, done.err
    ended, goes_on = done.out.splitlines()
    closed = int(ended.rpartition(" ")[2])
    assert goes_on == f"kya.example/log/2027 goes on with entry {closed + 1}"
    checkpoint = (office.data / "log/checkpoint").read_text()
    assert checkpoint.startswith(f"kya.example/log/2027\n{closed + 2}\n")
    shown = office.kya("log", "show", "--from", str(closed)).out
    assert "kya/roll/v1" in shown
    assert "kya/continuation/v1" in shown
    assert office.kya("log", "prove", str(closed)).code == 0
    kept = office.kya("log", "retention").out
    assert f" with entry {closed}: kept as long, for later decisions rest" in kept
    assert office.kya("log", "fsck").code == 0
    days = ("--from", "2026-01-01", "--to", "2098-12-31")
    assert office.kya("evidence", "build", *days, "--out", tmp_path / "e").code == 0
    said = kya("verify", tmp_path / "e", "--root", office.data / "trust/root.pem")
    assert "FAILS" not in said.out
    assert "log       kya.example/log/2027, " in said.out
    again = office.kya(*TO_2027, *PEOPLE)
    assert "has had this name" in again.err or "another name" in again.err
