"""`kya override sign` and `show`, and the example that prepares an order for them."""

import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

from kya.codec.note import SignedNote
from kya.pki.note_signer import NoteSigner, sign_note
from tests.cli.terminal import Said, Up
from tests.world import signer_for

BOT: Final = Path(__file__).parents[2] / "examples/large_order.py"
RISK: Final = ("--as", "operator:alice", "--as", "risk:rita")


@pytest.fixture(scope="module")
def note(trading: Up) -> Path:
    """An order above the maximum that the agent has signed and not yet sent."""
    path = trading.data / "order.note"
    bot = [sys.executable, str(BOT), str(trading.data / "agents/bot")]
    done = subprocess.run(
        [*bot, "prepare", str(path)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout == "order 1 prepared\n"
    return path


def signed(at: Up, note: Path, *people: str, control: str = "order.amount") -> Said:
    wanted = ("--control", control, "--reason", "hedge")
    return at.kya("override", "sign", note, *wanted, *people)


def test_one_person_is_told_that_it_takes_risk_and_another(
    trading: Up, note: Path
) -> None:
    refused = signed(trading, note, "--as", "operator:alice")
    assert refused.code == 1
    assert "want risk and another person of compliance" in refused.err


def test_a_person_without_a_role_is_refused(trading: Up, note: Path) -> None:
    refused = signed(trading, note, "--as", "alice", "--as", "agent:rita")
    assert refused.code == 2
    assert (
        "--as alice: want ROLE:NAME, ROLE one of auditor, compliance, director"
        in refused.err
    )


def test_a_control_that_nobody_may_set_aside_is_refused(
    trading: Up, note: Path
) -> None:
    refused = signed(trading, note, *RISK, control="credential.standing")
    assert refused.code == 2
    assert "want some of daily.amount, daily.orders" in refused.err


def test_what_is_no_order_of_the_agent_is_not_signed(
    trading: Up, note: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other.note"
    other.write_bytes(b"no note")
    refused = signed(trading, other, *RISK)
    assert refused.code == 2
    assert "order: want the note of an order that its agent has signed" in refused.err
    line = SignedNote.parse(note.read_bytes()).text
    forger = NoteSigner("bot", signer_for("forger"))
    other.write_bytes(sign_note(line, forger).render())
    refused = signed(trading, other, *RISK)
    assert refused.code == 1
    assert "order 1: not signed by bot" in refused.err


def test_two_people_set_the_limit_aside_and_are_shown_for_what(
    trading: Up, note: Path
) -> None:
    said = signed(trading, note, *RISK)
    assert said.code == 0, said.err
    assert "asks      BUY EUR/USD for 40000.00 EUR at SIMA" in said.err
    assert "past      order.amount" in said.err
    assert said.out.startswith("override of ")
    shown = trading.kya("override", "show", "--json").json
    [only] = shown
    assert (only["signed_by"], only["outcome"]) == (["alice", "rita"], "not used")
    told = trading.kya("override", "show")
    assert "bot, by alice, rita" in told.out
    assert told.out.endswith("  not used\n")
    again = signed(trading, note, *RISK)
    assert again.code == 2
    assert "another one waits for order" in again.err
