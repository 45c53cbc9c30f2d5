"""`kya baseline` on a log: learn, review, lock and show, with a gateway at work."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kya.codec.baselines import baseline_digest, parse_baseline
from kya.codec.note import SignedNote
from tests.cli.terminal import Said, Up, kya, up
from tests.observed import STRANGE
from tests.world import AGENT

PEOPLE = ("--as", "risk:rita", "--as", "compliance:carla")
SOURCE = ("--from", "1", "--to", "480", "--struck", str(STRANGE))


@pytest.fixture(scope="module")
def office(
    tmp_path_factory: pytest.TempPathFactory, observed_installation: Path
) -> Iterator[Up]:
    """A gateway whose agent was observed on paper, for a fortnight."""
    data = tmp_path_factory.mktemp("observed") / "data"
    shutil.copytree(observed_installation, data)
    with up(data) as running:
        yield running


@pytest.fixture(scope="module")
def learned(office: Up) -> Path:
    """The baseline without the order that is not the agent's own."""
    path = office.data / "baseline.json"
    said = learn(office, path, "--struck", str(STRANGE))
    assert said.code == 0, said.err
    return path


def learn(office: Up, out: Path, *more: str) -> Said:
    log = office.data / "log"
    return kya("baseline", "learn", "--log", log, "--agent", AGENT, "--out", out, *more)


def lock(office: Up, document: Path, *more: str | Path) -> Said:
    return office.kya("baseline", "lock", document, *more)


def test_a_url_and_a_directory_lead_to_the_same_baseline(
    office: Up, learned: Path, tmp_path: Path
) -> None:
    out = tmp_path / "remote.json"
    url = ("--gateway", office.url, "--agent", AGENT)
    said = kya("baseline", "learn", *url, "--out", out, *SOURCE, "--json")
    assert said.code == 0, said.err
    assert out.read_bytes() == learned.read_bytes()
    document: Any = said.json
    assert document["source"] == {"first_seq": 1, "last_seq": 480, "struck": [STRANGE]}
    assert document["orders"] == 479


def test_a_refusal_names_the_rule_and_what_would_satisfy_it(
    office: Up, tmp_path: Path
) -> None:
    said = learn(office, tmp_path / "b.json", "--to", "200")
    assert said.code == 1
    assert "orders: 200 orders; want at least 399: observe 199 more" in said.out
    assert "days: " in said.out
    assert not (tmp_path / "b.json").exists()


@pytest.mark.parametrize(
    ("arguments", "want"),
    [
        ((), "want orders from one place"),
        (("--log", ".", "--gateway", "http://x"), "want orders from one place"),
        (("--log", "."), "want one that is published"),
    ],
)
def test_the_orders_come_from_one_place(
    arguments: tuple[str, ...],
    want: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    said = kya("baseline", "learn", "--agent", AGENT, "--out", "b", *arguments)
    assert said.code == 2
    assert want in said.err


@pytest.mark.parametrize(
    ("more", "want"),
    [
        (("--to", "481"), "the last one is 480"),
        (("--struck", "x"), "--struck: want numbers such as 3,17"),
        (("--from", "5", "--struck", "4"), "struck: want some of 5 to 480"),
    ],
)
def test_orders_that_are_not_there_are_refused(
    office: Up, tmp_path: Path, more: tuple[str, ...], want: str
) -> None:
    said = learn(office, tmp_path / "b.json", *more)
    assert said.code == 2
    assert want in said.err


def test_another_agent_has_no_orders(office: Up, tmp_path: Path) -> None:
    log = office.data / "log"
    said = kya(
        "baseline", "learn", "--log", log, "--agent", "x", "--out", tmp_path / "b"
    )
    assert said.code == 2
    assert "x: no order of this agent is in the log" in said.err


def review(office: Up, sheet: Path, *more: str) -> Said:
    return kya("baseline", "review", sheet, "--log", office.data / "log", *more)


def test_a_review_ends_when_each_odd_order_is_accepted_or_struck(
    office: Up, learned: Path, tmp_path: Path
) -> None:
    sheet = tmp_path / "review.jsonl"
    begun = review(office, sheet, "--agent", AGENT, "--json")
    assert begun.code == 1
    assert begun.json["digest"] is None
    listed = begun.json["open"]
    assert (len(listed), listed[0]["seq"]) == (24, STRANGE)
    assert listed[0]["excess"] > 22 * 1_024
    assert sum(listed[0]["contributions"].values()) == listed[0]["excess"]

    rita = ("--as", "risk:rita")
    for more, want in (
        ((*rita, "--accept", "1"), r"orders [1]: want some of those listed"),
        ((*rita, "--accept", "123", "--strike", "123"), "each once"),
        (("--as", "rita", "--strike", "123"), "want ROLE:NAME"),
    ):
        refused = review(office, sheet, *more)
        assert refused.code == 2
        assert want in refused.err
    assert sheet.read_bytes().count(b"\n") == 1  # A refused finding is not kept.

    others = review(
        office, sheet, *rita, "--strike", "123", "--accept-others", "--json"
    )
    assert others.code == 1
    again = others.json["open"]
    assert STRANGE not in {each["seq"] for each in again}
    done = review(office, sheet, *rita, "--accept-others", "--json")
    assert done.code == 0
    assert done.json["open"] == []
    assert done.json["source"]["struck"] == [STRANGE]
    assert done.json["digest"] == baseline_digest(parse_baseline(learned.read_bytes()))
    assert {each["by"] for each in done.json["found"]} == {"risk:rita"}
    told = review(office, sheet)
    assert "learn and lock it with --from 1 --to 480 --struck 123" in told.out


def test_a_sheet_that_was_edited_by_hand_is_refused(office: Up, tmp_path: Path) -> None:
    sheet = tmp_path / "review.jsonl"
    review(office, sheet, "--agent", AGENT)
    sheet.write_bytes(sheet.read_bytes() + b'{"seq":1}\n')
    said = review(office, sheet)
    assert said.code == 2
    assert "finding: " in said.err


def test_one_person_is_told_that_it_takes_two(office: Up, learned: Path) -> None:
    said = lock(office, learned, *SOURCE, "--as", "risk:rita")
    assert said.code == 1
    assert "baseline lock: want 2 different people" in said.err


def test_people_who_do_not_supervise_lock_nothing(office: Up, learned: Path) -> None:
    operators = ("--as", "operator:alice", "--as", "operator:bob")
    said = lock(office, learned, *SOURCE, *operators)
    assert said.code == 1
    assert "want a compliance or risk" in said.err


def test_orders_that_make_another_baseline_are_not_signed(
    office: Up, learned: Path
) -> None:
    said = lock(office, learned, "--from", "1", "--to", "480", *PEOPLE)
    assert said.code == 1
    assert "orders 1 to 480 make none" in said.err
    other = lock(office, learned, *SOURCE[:3], "479", *SOURCE[4:], *PEOPLE)
    assert other.code == 1
    assert "want the orders that it was learned from" in other.err


def test_where_it_was_learned_must_be_said(office: Up, learned: Path) -> None:
    said = lock(office, learned, "--from", "1", *PEOPLE)
    assert said.code == 2
    assert "want --from and --to, or --learned-elsewhere" in said.err


def test_before_a_lock_there_is_nothing_to_show(office: Up, learned: Path) -> None:
    assert learned.exists()
    said = office.kya("baseline", "show", "--agent", "nobody")
    assert said.code == 2
    assert "nobody: no baseline is locked in this log" in said.err
    both = office.kya("baseline", "show", learned, "--agent", AGENT)
    assert both.code == 2


def test_two_people_on_two_hosts_sign_one_after_the_other(
    office: Up, learned: Path, tmp_path: Path
) -> None:
    seen = lock(
        office, learned, *SOURCE, "--as", "compliance:carla", "--out", tmp_path / "c"
    )
    assert seen.code == 0, seen.err  # Whoever countersigns was enrolled before.
    half, whole = tmp_path / "half.note", tmp_path / "whole.note"
    one = lock(office, learned, *SOURCE, "--as", "risk:rita", "--out", str(half))
    assert one.code == 0, one.err
    alone = office.kya("baseline", "record", half)
    assert alone.code == 1
    assert "want 2 different people" in alone.err
    sign = ("baseline", "countersign", half, "--out", whole)
    twice = office.kya(*sign, "--as", "risk:rita")
    assert twice.code == 2
    assert "rita has signed already" in twice.err
    two = office.kya(*sign, "--as", "compliance:carla")
    assert two.code == 0, two.err
    assert "source    seq 1 to 480, struck: 123" in two.err
    assert "signed so far by rita" in two.err
    said = office.kya("baseline", "record", whole)
    assert said.code == 0, said.err
    shown: Any = office.kya("baseline", "show", "--agent", AGENT, "--json").json
    line = json.loads(SignedNote.parse(whole.read_bytes()).text)
    assert shown["digest"] == line["digest"]
    assert shown["locked"].endswith("by carla, rita")
    assert shown["source"] == "seq 1 to 480, struck: 123"
    assert "the first baseline, it replaces none" in two.err
    again = office.kya("baseline", "record", whole)
    assert again.code == 2
    assert "want it after the last one" in again.err


def test_one_learned_elsewhere_says_so(office: Up, learned: Path) -> None:
    said = lock(office, learned, "--learned-elsewhere", *PEOPLE)
    assert said.code == 0, said.err
    assert "nobody can learn it again from the log" in said.err
    assert "it replaces the baseline of entry" in said.err
    assert "0.000  venue: SIMA" in said.err
    [ageing] = office.kya("gateway", "state", "--json").json["baselines"]
    assert (ageing["is_expired"], ageing["renewal_due"]) == (False, False)
    assert "whole days left" in office.kya("gateway", "state").out
    shown: Any = office.kya("baseline", "show", "--agent", AGENT, "--json").json
    assert shown["source"] == "elsewhere"


def test_a_lock_that_goes_round_begins_with_one_person(
    office: Up, learned: Path, tmp_path: Path
) -> None:
    out = lock(office, learned, *SOURCE, *PEOPLE, "--out", str(tmp_path / "x"))
    assert out.code == 2
    assert "--out: want one person" in out.err
