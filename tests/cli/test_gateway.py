"""`kya gateway`: halt, resume, rearm, limit and state, against a gateway that runs."""

import json
import re
import subprocess
import sys
import time
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Final

import msgspec
import pytest

from kya.cli import evidence
from kya.codec.note import SignedNote
from kya.codec.package_layout import witnessed_path
from kya.config import read_config, render_config
from kya.config_outside import WitnessesSection
from kya.tlog.checkpoint import Checkpoint
from kya.tlog.policy import Group, Policy, Witness
from tests.cli.terminal import Said, Up
from tests.witness.worlds import a_cosigner

BOT: Final = Path(__file__).parents[2] / "examples/bot.py"
BY_ONE: Final = ("--as", "operator:alice")
BY_TWO: Final = ("--as", "operator:alice", "--as", "risk:rita")
WHY: Final = ("--reason", "prices look wrong")


def halt(at: Up, place: str, *more: str) -> Said:
    return at.kya("gateway", "halt", "--place", place, *WHY, *more)


def resume(at: Up, place: str, *more: str) -> Said:
    return at.kya("gateway", "resume", "--place", place, *WHY, *more)


def outcomes(at: Up, ids: str = "tutorial") -> str:
    """What the example's two orders come to, under ids that begin so."""
    example = BOT.read_text("utf-8").replace("tutorial", ids)
    bot = [sys.executable, "-c", example, str(at.data / "agents/bot")]
    done = subprocess.run(bot, capture_output=True, text=True, check=False)
    return done.stdout + done.stderr


def test_one_person_halts_and_two_resume(trading: Up) -> None:
    said = halt(trading, "market:EUR/USD", *BY_ONE)
    assert said.code == 0, said.err
    assert said.out.startswith("halted market EUR/USD entry ")
    shown = trading.kya("gateway", "state").out
    assert shown.startswith("halted market EUR/USD since ")
    assert shown.endswith(" by alice: prices look wrong\n")
    told = outcomes(trading)
    assert "trading is stopped: halted market EUR/USD (halt.halted)" in told
    alone = resume(trading, "market:EUR/USD", "--as", "risk:rita")
    assert alone.code == 1
    assert "want 2 different people, one of them of compliance or risk" in alone.err
    two = resume(trading, "market:EUR/USD", *BY_TWO)
    assert two.code == 0, two.err
    assert "to be lifted by operator:alice, risk:rita" in two.err
    assert two.out.startswith("resumed market EUR/USD entry ")
    assert trading.kya("gateway", "state").out == "active: nothing is stopped\n"
    assert "halt.halted" not in outcomes(trading)


def test_what_is_stopped_is_told_to_programs(trading: Up) -> None:
    said = halt(trading, "venue:SIMB", *BY_ONE, "--reducing")
    assert said.out.startswith("reducing venue SIMB entry ")
    [only] = trading.kya("gateway", "state", "--json").json["halts"]
    assert (only["place"], only["state"]) == ("venue:SIMB", "reducing")
    assert only["signed_by"] == ["alice"]
    assert len(only["halt"]) == 64
    assert json.dumps(only["reason"]) == '"prices look wrong"'
    assert resume(trading, "venue:SIMB", *BY_TWO).code == 0


@pytest.mark.parametrize("place", ["everything", "market:EURUSD", "agent:"])
def test_a_place_that_is_none_is_refused(trading: Up, place: str) -> None:
    refused = halt(trading, place, *BY_ONE)
    assert refused.code == 2
    assert "want" in refused.err


def test_a_director_and_a_stranger_halt_nothing(trading: Up) -> None:
    refused = halt(trading, "firm", "--as", "director:anna")
    assert refused.code == 1
    assert "want a compliance or operator or risk" in refused.err
    nobody = halt(trading, "agent:nobody", *BY_ONE)
    assert nobody.code == 2
    assert "no such agent is on record" in nobody.err


def test_what_is_not_stopped_is_not_resumed(trading: Up) -> None:
    refused = resume(trading, "firm", *BY_TWO)
    assert refused.code == 2
    assert "firm: no halt is in force there; stopped: nothing" in refused.err


def test_two_people_set_a_latch_back(trading: Up) -> None:
    rearm = ("gateway", "rearm", "bot", "--latch", "rejects", *WHY)
    alone = trading.kya(*rearm, *BY_ONE)
    assert alone.code == 1
    assert "re-arming: want 2 different people" in alone.err
    said = trading.kya(*rearm, "--as", "operator:alice", "--as", "operator:bob")
    assert said.code == 0, said.err
    assert said.out.startswith("rearmed rejects of bot entry ")
    unknown = trading.kya("gateway", "rearm", "bot", "--latch", "mood", *WHY, *BY_TWO)
    assert unknown.code == 2


LIMIT: Final = ("gateway", "limit", "--place", "venue:SIMA", "--currency", "EUR")
SUPERVISORS: Final = ("--as", "risk:rita", "--as", "compliance:carla")


def test_two_people_limit_a_place_and_one_tightens(trading: Up) -> None:
    figures = ("--daily-max", "1000000.00", "--open-orders", "50", *WHY)
    alone = trading.kya(*LIMIT, *figures, "--as", "risk:rita")
    assert alone.code == 1
    assert "want 2 different people, one of them of compliance or risk" in alone.err
    said = trading.kya(*LIMIT, *figures, *SUPERVISORS)
    assert said.code == 0, said.err
    assert said.out.startswith("limited venue SIMA entry ")
    shown = trading.kya("gateway", "state").out
    wanted = "limited venue SIMA to a day 1000000.00 EUR, open 50 orders since "
    assert wanted in shown
    assert " by carla, rita: prices look wrong\n" in shown
    used = re.search(r"  used today (\d+\.\d\d) of 1000000.00 EUR\n  open 0 of", shown)
    assert used is not None
    assert "venue: filled" in outcomes(trading, "used")
    tighter = ("--daily-max", "0.01", "--open-orders", "50", *WHY)
    assert trading.kya(*LIMIT, *tighter, "--as", "risk:rita").code == 0
    assert "(place.daily_amount_max)" in outcomes(trading)
    [only] = trading.kya("gateway", "state", "--json").json["limits"]
    assert (only["place"], only["daily_max"]) == ("venue:SIMA", "0.01")
    assert (only["order_max"], only["open_orders"]) == (None, 50)
    assert Decimal(only["used"]["allowed_today"]) == Decimal(used[1]) + 20_000
    assert only["used"]["open_orders"] == 0
    wider = trading.kya(*LIMIT, "--order-max", "9000000.00", *WHY, *SUPERVISORS)
    assert wider.code == 0, wider.err
    assert "place." not in outcomes(trading)


@pytest.mark.parametrize(
    ("figures", "why"),
    [
        ((), "want order_max, daily_max or open_orders"),
        (("--daily-max", "1000000"), "want a decimal with exactly 2 decimals"),
        (("--open-orders", "0"), "open_orders: want 1 to"),
    ],
)
def test_limits_that_are_none_are_refused(
    trading: Up, figures: tuple[str, ...], why: str
) -> None:
    refused = trading.kya(*LIMIT, *figures, *WHY, *SUPERVISORS)
    assert refused.code == 2
    assert why in refused.err


def test_how_far_the_witnesses_are_is_told(trading: Up) -> None:
    assert trading.kya("gateway", "state", "--json").json["witnessed"] is None
    first, second = a_cosigner(1), a_cosigner(2)
    policy = Policy.parse((trading.data / "trust/policy.txt").read_bytes())
    named = tuple(Witness(name=f"w{n}", key=a_cosigner(n).key) for n in (1, 2))
    both = Group(name="both", threshold=2, members=("w1", "w2"))
    asked = replace(policy, witnesses=named, groups=(both,), quorum="both")
    (trading.data / "trust/asked.txt").write_bytes(asked.render())
    config = read_config(trading.data)
    section = WitnessesSection(policy="trust/asked.txt")
    changed = msgspec.structs.replace(config, witnesses=section)
    (trading.data / "kya.toml").write_text(render_config(changed))
    assert "witnessed nothing: no quorum both" in trading.kya("gateway", "state").out
    note = SignedNote.parse((trading.data / "log/checkpoint").read_bytes())
    entries = Checkpoint.from_note(note).size
    now = int(time.time())
    lines = (first.cosignature(note.text, now - 5), second.cosignature(note.text, now))
    path = trading.data / "log" / witnessed_path(entries)
    path.parent.mkdir()
    path.write_bytes(SignedNote(note.text, (*note.signatures, *lines)).render())
    said = trading.kya("gateway", "state").out
    shown = re.search(r"witnessed (\d+) of (\d+) entries by w1, w2, (\d+) s ago", said)
    assert shown is not None, said
    assert shown[1] == str(entries)
    assert 5 <= int(shown[3]) < 60
    told = trading.kya("gateway", "state", "--json").json["witnessed"]
    assert (told["size"], told["witnesses"]) == (entries, ["w1", "w2"])
    assert told["age_seconds"] >= 5


def test_a_package_waits_for_witnesses_and_says_if_they_did_not_come(
    trading: Up, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(evidence, "_WITNESS_SECONDS", 0.2)
    days = ("--from", "2026-01-01", "--to", "2099-01-01", "--out", tmp_path / "package")
    halt(trading, "venue:SIMC", *BY_ONE)  # one entry more than they have seen
    said = trading.kya("evidence", "build", *days)
    assert said.code == 0, said.err
    assert "question 8 will say so" in said.err
    assert list((tmp_path / "package/witnessed").iterdir())
    assert "quorum both" in (tmp_path / "package/policy.txt").read_text()
