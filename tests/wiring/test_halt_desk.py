"""Halts against a real gateway: whoever stops does not wait for the log to be read."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from kya.core.credential import Role
from kya.core.errors import DistrustError, InputError
from kya.core.halt import TradingState
from kya.core.levels import Level, Place
from kya.pki.keys import KeyAlgorithm
from kya.wiring.clock import system_clock
from kya.wiring.desk import Desk
from kya.wiring.halt_desk import WantedHalt, halt, halt_in_force, resume
from kya.wiring.installation import open_installation
from kya.wiring.remote import Remote
from tests.cli.terminal import founded_at, up

SIMA, SIMB, SIMC = (Place(Level.VENUE, name) for name in ("SIMA", "SIMB", "SIMC"))
OLGA, RITA = (Role.OPERATOR, "olga"), (Role.RISK, "rita")


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A desk at work against a real gateway."""
    with up(founded_at(tmp_path_factory.mktemp("desk") / "data")) as running:
        yield Desk(
            opened=open_installation(running.data),
            remote=Remote.of(running.data),
            clock=system_clock().clock.now,
        )


def wanted(place: Place) -> WantedHalt:
    return WantedHalt(place=place, state=TradingState.HALTED, reason="test")


def test_whoever_stops_for_the_first_time_is_enrolled(desk: Desk) -> None:
    halt(desk, wanted(SIMA), [OLGA])
    state = desk.state()
    assert state.halts[SIMA].signed_by == ("olga",)
    assert len(state.issued_to["olga"]) == 1


def test_whoever_is_on_record_stops_without_the_log(desk: Desk, tmp_path: Path) -> None:
    desk.person(*OLGA)
    copy = tmp_path / "data"
    shutil.copytree(desk.opened.data, copy, ignore=shutil.ignore_patterns("log"))
    blind = replace(desk, opened=open_installation(copy))
    with pytest.raises(DistrustError, match="the log has no such file"):
        blind.state()
    halt(blind, wanted(SIMB), [OLGA])
    assert SIMB in desk.state().halts


def test_a_key_that_the_log_does_not_know_is_enrolled_first(desk: Desk) -> None:
    desk.opened.cabinet.create("operator-otto", KeyAlgorithm.P256)
    assert "otto" not in desk.state().issued_to
    halt(desk, wanted(SIMC), [(Role.OPERATOR, "otto")])
    state = desk.state()
    assert state.halts[SIMC].signed_by == ("otto",)
    assert len(state.issued_to["otto"]) == 1


def test_a_resume_lifts_what_was_looked_at_and_nothing_newer(desk: Desk) -> None:
    halt(desk, wanted(SIMA), [OLGA])
    seen = halt_in_force(desk, SIMA)
    halt(desk, wanted(SIMA), [OLGA])
    with pytest.raises(InputError, match="no halt in force has the leaf hash"):
        resume(desk, seen, "test", [OLGA, RITA])
    newest = halt_in_force(desk, SIMA)
    with pytest.raises(DistrustError, match="want 2 different people"):
        resume(desk, newest, "test", [RITA])
    resume(desk, newest, "test", [OLGA, RITA])
    assert SIMA not in desk.state().halts
