"""Question 9 by the venue's list that the verifier brings, in both forms of file."""

import csv
import io
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from kya.cli.app import run
from kya.codec.drop_copies import execution_fields
from kya.codec.execution_files import COLUMNS, read_executions
from kya.core.errors import MalformedError
from kya.core.execution import Execution
from kya.core.order_events import VenueStatus
from kya.verify.finding import Verdict
from tests.drop_copies import an_execution, execution_of, submitted_in
from tests.verify.packages import Handed, failing, handed_over, later, sentences
from tests.world import World, eur

Lines = list[Execution]


def rows(lines: Lines) -> list[dict[str, str]]:
    return [
        {
            **{name: getattr(execution_fields(line), name) for name in COLUMNS[:-1]},
            "venue": "SIMA",
        }
        for line in lines
    ]


def as_json(lines: Lines) -> bytes:
    return "".join(json.dumps(row) + "\n" for row in rows(lines)).encode()


def as_csv(lines: Lines) -> bytes:
    text = io.StringIO()
    writer = csv.DictWriter(text, sorted(COLUMNS, reverse=True))
    writer.writeheader()
    writer.writerows(rows(lines))
    return text.getvalue().encode()


@pytest.fixture(scope="module")
def handed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Handed, Lines]:
    """A log without drop copies, and what the venue says of it: one order in halves."""
    world = World()
    lines: Lines = []
    for seq in (1, 2, 3):
        assert world.trade(world.order(created_at=later(world))) == "allowed"
        parts = ("20000.00",) if seq != 2 else ("5000.00", "15000.00")
        lines += [
            execution_of(submitted_in(world, seq), 10 * seq + n, amount=a, at=world.now)
            for n, a in enumerate(parts)
        ]
        if seq == 2:
            world.report(2, VenueStatus.ACKNOWLEDGED, filled=eur("5000.00"))
        world.report(seq)
    return handed_over(world, tmp_path_factory.mktemp("made") / "evidence"), lines


@pytest.mark.parametrize("written", [as_json, as_csv])
def test_a_list_that_the_log_explains_makes_question_9_hold(
    handed: tuple[Handed, Lines], written: Callable[[Lines], bytes]
) -> None:
    package, lines = handed
    report = package.verified(executions=written(lines))
    assert failing(report) == set()
    assert report.answer(9).verdict is Verdict.HOLDS
    assert "your list has 4 executions" in str(sentences(report, 9))
    assert package.verified().answer(9).verdict is Verdict.UNKNOWN


def one_by_hand(lines: Lines) -> Lines:
    return [*lines, an_execution(99, at=lines[0].at)]


def one_larger(lines: Lines) -> Lines:
    return [replace(lines[0], amount="20000.01"), *lines[1:]]


def one_smaller(lines: Lines) -> Lines:
    return [replace(lines[0], amount="19999.99"), *lines[1:]]


def one_dearer(lines: Lines) -> Lines:
    return [*lines[:-1], replace(lines[-1], price="1.38112")]


def one_elsewhere(lines: Lines) -> Lines:
    return [*lines[:-1], replace(lines[-1], market="GBP/EUR")]


def one_twice(lines: Lines) -> Lines:
    return [*lines, lines[-1]]


def half_hidden(lines: Lines) -> Lines:
    return [lines[0], *lines[2:]]


def one_order_hidden(lines: Lines) -> Lines:
    return [lines[0], lines[3]]


@pytest.mark.parametrize(
    "forge",
    [
        one_by_hand,
        one_larger,
        one_smaller,
        one_dearer,
        one_elsewhere,
        one_twice,
        half_hidden,
        one_order_hidden,
    ],
    ids=lambda forge: forge.__name__,
)
def test_what_the_log_does_not_explain_fails(
    handed: tuple[Handed, Lines], forge: Callable[[Lines], Lines]
) -> None:
    package, lines = handed
    report = package.verified(executions=as_json(forge(lines)))
    assert failing(report) == {9}


def test_a_list_of_another_venue_explains_nothing_here(
    handed: tuple[Handed, Lines],
) -> None:
    package, lines = handed
    other = as_json(lines).replace(b'"SIMA"', b'"SIMB"')
    assert failing(package.verified(executions=other)) == {9}
    assert "no drop copy of SIMA" in str(
        sentences(package.verified(executions=other), 9)
    )


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        (b"amount,at\n1,2\n", "want a header of amount"),
        (b"", "want a header of"),
        (b'{"amount": 1}\n', "line 1: Expected `str`"),
        (as_json([an_execution()]).replace(b"BUY", b"LONG"), "line 1: "),
        (as_json([an_execution()]).replace(b'SIMA"', b'sima"'), "line 1: venue: want"),
        (as_csv([an_execution()]).replace(b"1.38111", b"-1"), "line 2: price: want"),
        (as_csv([an_execution()])[:-30] + b"\r\n", "not a table of them"),
        (b"\xff\xfe", "not a table of them"),
    ],
)
def test_a_file_that_is_no_list_is_refused_with_its_line(raw: bytes, why: str) -> None:
    with pytest.raises(MalformedError, match=why):
        read_executions(raw)


def test_the_file_is_given_on_the_command_line(
    handed: tuple[Handed, Lines],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    package, lines = handed
    root, given = tmp_path / "root.pem", tmp_path / "executions.csv"
    root.write_bytes(package.root)
    given.write_bytes(as_csv(one_by_hand(lines)))
    options = ("--root", str(root), "--executions", str(given))
    assert run(["verify", str(package.path), *options]) == 1
    assert "SIMA-E99: BUY EUR 20000.00 of EUR/USD at 1.38111" in " ".join(
        capsys.readouterr().out.split()
    )
