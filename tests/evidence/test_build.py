import json
import subprocess
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from kya.codec import package_layout as layout
from kya.codec.tally import Selection
from kya.core.errors import DistrustError, InputError
from kya.core.instant import Day
from kya.evidence.build import build_package, everything
from kya.evidence.folder import files_below
from kya.evidence.heads import thinned
from kya.evidence.reader import LogDirectory
from kya.pki.pem import CERTIFICATE, to_pem
from tests.verify.packages import Handed, busy_world, handed_over, published
from tests.world import World


@pytest.fixture(scope="module")
def world() -> World:
    return busy_world()


@pytest.fixture(scope="module")
def built(world: World, tmp_path_factory: pytest.TempPathFactory) -> Handed:
    return handed_over(world, tmp_path_factory.mktemp("built") / "evidence", 7, 11)


def report_of(built: Handed) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(built.read(layout.REPORT_JSON))
    return found


def test_the_same_log_gives_the_same_bytes(
    built: Handed, world: World, tmp_path: Path
) -> None:
    again = handed_over(world, tmp_path / "again", 7, 11)
    paths = list(files_below(built.path))
    assert paths == list(files_below(again.path))
    assert [built.read(path) for path in paths] == [again.read(path) for path in paths]


def test_it_holds_every_part_of_the_layout(built: Handed) -> None:
    tops = {path.partition("/")[0] for path in files_below(built.path)}
    assert tops == {
        "README.txt",
        "SHA256SUMS",
        "checkpoints",
        "decisions",
        "log",
        "orders",
        "policy.txt",
        "report.csv",
        "report.json",
        "trust",
        "verify",
    }


def test_orders_are_copied_from_the_log(built: Handed, world: World) -> None:
    first = world.entries[10]
    assert built.read(layout.order_path("algo_trader_v2", 1)) == first
    assert built.read(layout.decision_path("algo_trader_v2", 1)) == world.entries[11]


def test_the_checksums_are_those_of_sha256sum(built: Handed) -> None:
    found = subprocess.run(
        ["sha256sum", "--check", "--strict", "--quiet", layout.SUMS],
        cwd=built.path,
        check=False,
    )
    assert found.returncode == 0


def test_figures_are_counted_from_the_log(built: Handed) -> None:
    figures = report_of(built)["agents"]["algo_trader_v2"]["figures"]["all"]
    counts = {name: part["count"] for name, part in figures["outcomes"].items()}
    assert counts == {"allowed": 4, "denied": 1, "refused": 1}
    assert figures["attempts"] == {"count": 6, "entries": "10 13 17-23/3 28"}
    assert figures["sizes"]["attempted"]["EUR"] == {
        "maximum": "180000.00",
        "maximum_entry": 23,
        "median": "20000.00",
        "orders": 6,
    }
    assert figures["unknown_then_resolved"] == {"count": 1, "entries": "16"}
    assert figures["first_attempt_percent"] == "75.0"
    assert figures["reasons"].keys() == {"credential.revoked", "order.amount_max"}


def test_certificates_are_named_by_upper_case_serial(built: Handed) -> None:
    (certificate,) = report_of(built)["agents"]["algo_trader_v2"]["certificates"]
    path = layout.certificate_path(
        "agent", "algo_trader_v2", int(certificate["serial"], 16)
    )
    assert (built.path / path).exists()
    assert certificate["orders"] == 6
    assert certificate["assumptions"]


def test_times_to_act_come_from_entries(built: Handed) -> None:
    times = report_of(built)["agents"]["algo_trader_v2"]["times"]
    assert times == [
        {"entries": "23 25", "name": "stopped_to_suspended", "seconds": "300.000000"},
        {"entries": "25 26", "name": "suspended_to_revoked", "seconds": "100.000000"},
    ]


def test_no_text_claims_more_than_was_checked(built: Handed) -> None:
    for path in (layout.README, layout.REPORT_JSON, layout.REPORT_CSV):
        text = built.read(path).lower()
        assert b"compliant" not in text
        assert b"approved" not in text


def test_the_readme_ends_what_it_begins(built: Handed) -> None:
    """Every command block of the README prints what the README says it prints."""
    text = built.read(layout.README).decode()
    text = text.replace("/path/to/your/root.pem", "trust/root.pem")
    paragraphs = text[text.index("  W=$(mktemp") :].split("\n\n")
    setup = paragraphs[0] + "\n"
    run = 0
    for command, expected in pairwise(paragraphs):
        if not command.startswith("  ") or "openssl" not in command:
            setup += command + "\n" if "> $W/" in command else ""
            continue
        script = "exec 2>&1\n" + setup + command
        found = subprocess.run(
            ["sh", "-c", script], cwd=built.path, capture_output=True, check=False
        )
        printed = found.stdout.decode().splitlines()
        assert set(expected.splitlines()) <= set(printed), command
        run += 1
    assert run >= 9


def test_a_folder_that_exists_is_never_overwritten(
    world: World, tmp_path: Path
) -> None:
    (tmp_path / "out").mkdir()
    with pytest.raises(InputError, match="never overwritten"):
        handed_over(world, tmp_path / "out")


def test_a_log_that_denies_its_own_checkpoint_gives_no_package(
    world: World, tmp_path: Path
) -> None:
    source = published(world.entries, world.log)
    path = next(p for p in source.files if p.startswith("tile/0/"))
    source.files[path] = bytes(len(source.files[path]))
    with pytest.raises(DistrustError, match="checkpoint's root"):
        build_package(
            source=source,
            root_pem=to_pem(CERTIFICATE, world.root),
            selection=everything(),
            out=tmp_path / "out",
        )
    assert list(tmp_path.iterdir()) == []


def test_a_broken_build_leaves_nothing_behind(world: World, tmp_path: Path) -> None:
    source = published(world.entries[:-1], world.log)
    selection = Selection(
        agent="nobody", first=Day.parse("2026-05-01"), last=Day.parse("2026-05-30")
    )
    with pytest.raises(InputError, match="nobody"):
        build_package(
            source=source,
            root_pem=to_pem(CERTIFICATE, world.root),
            selection=selection,
            out=tmp_path / "out",
        )
    assert list(tmp_path.iterdir()) == []


def test_a_period_that_ends_before_it_begins_is_refused(
    world: World, tmp_path: Path
) -> None:
    selection = Selection(
        agent=None, first=Day.parse("2026-05-30"), last=Day.parse("2026-05-01")
    )
    with pytest.raises(InputError, match="is after"):
        handed_over(world, tmp_path / "out", selection=selection)


def test_a_log_directory_reads_what_a_log_published(
    world: World, tmp_path: Path
) -> None:
    source = published(world.entries, world.log, 7)
    for path, content in source.files.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(content)
    found = LogDirectory(tmp_path)
    assert sorted(found.checkpoint_sizes()) == sorted(source.checkpoint_sizes())
    assert found("checkpoint") == source("checkpoint")
    with pytest.raises(FileNotFoundError):
        found("tile/5/000")


def test_many_checkpoints_are_thinned_evenly_with_both_ends() -> None:
    assert thinned([5, 3, 3]) == [3, 5]
    kept = thinned(range(10_000))
    assert len(kept) == layout.CHECKPOINTS_MAX
    assert (kept[0], kept[-1]) == (0, 9_999)
