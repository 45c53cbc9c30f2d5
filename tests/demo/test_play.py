"""The whole demonstration, with processes, sockets and disks, in both readings."""

import io
import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from kya.codec.baseline_reviews import parse_review
from kya.codec.note import VerifierKey
from kya.core.scope import DailyMaxPer
from kya.demo.flow import draw_flow
from kya.demo.run import Settings, play
from kya.demo.scores import scores_of
from kya.demo.seed import LITERAL_ALLOWED, SEED
from kya.demo.verdict import verify
from tests.cli.terminal import kya
from tests.surface import front_page

pytestmark = [pytest.mark.serial, pytest.mark.timeout(300)]


def played(out: Path, per: DailyMaxPer) -> tuple[bool, str]:
    written = io.StringIO()
    console = Console(file=written, width=100, highlight=False)
    settings = Settings(out=out, prices=None, daily_max_per=per)
    return play(settings, console), written.getvalue()


def figures(out: Path) -> dict[str, int]:
    report = json.loads((out / "evidence" / "report.json").read_bytes())
    found = report["agents"]["algo_trader_v2"]["figures"]["all"]
    outcomes = {name: value["count"] for name, value in found["outcomes"].items()}
    return {
        "attempts": found["attempts"]["count"],
        "asked again": found["unknown_then_resolved"]["count"],
        **outcomes,
    }


def baseline_answer(out: Path) -> dict[str, Any]:
    """What the verifier says of question 6."""
    held = ("--root", out / "root.pem", "--policy", out / "policy.txt")
    answers = kya("verify", out / "evidence", *held, "--json").json["answers"]
    found: dict[int, dict[str, Any]] = {each["question"]: each for each in answers}
    return found[6]


def assert_scores_are_as_told(out: Path) -> None:
    """The gateway scored as the seed was chosen for, and as the story says."""
    lines = [json.loads(line) for line in (out / "bot.jsonl").read_text().splitlines()]
    scores = [line["score"] for line in lines]
    foreseen = scores_of(draw_flow(SEED))
    assert foreseen is not None
    assert scores[:480] == [None] * 480  # nothing was locked yet
    assert scores[480:800] == list(foreseen.live)
    assert scores[481] < 3_000
    assert max(scores[480:800]) < 8_500 <= scores[800] == foreseen.breach
    assert lines[800]["reasons"] == ["order.amount_max", "behaviour.critical"]
    assert scores[802:] == list(foreseen.recovered)
    assert max(scores[802:902]) < 7_500
    assert max(scores[902:]) < 8_500
    sheet = parse_review((out / "review.jsonl").read_bytes())
    assert (len(sheet.found), sheet.source.struck) == (24, ())


def test_the_story_comes_out_as_told(tmp_path: Path, foreign_log: Path) -> None:
    out = tmp_path / "out"
    is_as_expected, text = played(out, DailyMaxPer.MARKET_AND_SIDE)
    assert is_as_expected, text
    assert figures(out) == {
        "attempts": 1_022,
        "asked again": 4,
        "allowed": 1_020,
        "denied": 1,
        "refused": 1,
    }
    told = " ".join(text.split())
    assert "EUR 180000.00 is above the order maximum of EUR 25000.00" in told
    assert "the credential is revoked (credential.revoked)" in told
    assert "certificate F1D4E8C7B2A9F3E6 issued" in told
    assert "kya verify exits 1" in told
    assert "480 orders (480 allowed), median EUR 18500.00, 73 % EUR/USD" in told
    assert "busiest hours 10 and 11" in told
    assert "476 (99.2 %)" in told
    assert "seq 1 to 480, 480 orders on 10 days" in told
    assert "locked by eva.lang and felix.braun" in told
    assert "2 of 2 witnesses of your policy have cosigned these" in told
    assert "witness regulator: no reply" not in told
    assert baseline_answer(out)["verdict"] == "HOLDS"
    assert_scores_are_as_told(out)
    assert front_page.shows(text), "README.md shows another run than this one"
    # Every line is readable in a window of a hundred columns.
    assert max(len(line.rstrip()) for line in text.splitlines()) <= 100
    _the_venues_lists_show_what_the_log_does_not_know(out)
    # The regulator's policy names the log's key, and nothing of the package.
    (line,) = (out / "policy.txt").read_text().splitlines()[:1]
    vkey = line.split()[1]
    assert VerifierKey.parse(vkey).name == "cryptoex.example/log/2026"
    # A log implementation that is not ours accepts the same tiles under the same key.
    judged = (foreign_log, out / "evidence" / "log", vkey)
    foreign = subprocess.run(judged, capture_output=True, text=True, check=False)
    assert (foreign.returncode, foreign.stderr) == (0, "")
    assert (out / "root.pem").read_bytes().startswith(b"-----BEGIN CERTIFICATE-----")
    assert (out / "evidence.tar.gz").exists()
    page = (out / "report.html").read_text("utf-8")
    assert "Verified: the ten questions and the package" in page
    assert "not major on this evidence, because order 801" in page


def _the_venues_lists_show_what_the_log_does_not_know(out: Path) -> None:
    """One execution hidden, one changed and one of nobody's, each found by itself."""
    given = out / "executions.csv"
    kept = given.read_bytes()
    head, first, second, _hidden, *rest = kept.splitlines(keepends=True)
    amount, _, client_id, _, changed, *_ = second.decode().split(",")
    more = second.replace(amount.encode(), b"%d.00" % (int(amount[:-3]) + 1), 1)
    nobodys = second.replace(client_id.encode(), b"by-hand").replace(b"-E", b"-X")
    lines = (head, first, more, nobodys, *rest)
    given.write_bytes(b"".join(lines))
    judged = verify(out / "evidence", out)
    given.write_bytes(kept)
    told = " ".join(judged.refusals())
    assert judged.exit_code == 1
    assert f"{changed}: " in told
    assert "by its report, but not in your list" in told
    assert "an order of this client id with a report in the log" in told


@pytest.mark.proof
def test_the_literal_cap_lets_through_about_half(tmp_path: Path) -> None:
    out = tmp_path / "out"
    is_as_expected, text = played(out, DailyMaxPer.AGENT)
    assert is_as_expected, text
    counted = figures(out)
    assert counted["attempts"] == 1_022
    assert counted["allowed"] in LITERAL_ALLOWED
    assert counted["refused"] == 1
