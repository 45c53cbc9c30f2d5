import json
import sys
from pathlib import Path
from typing import Final

import pytest

from kya.codec.order_records import parse_record
from kya.evidence.archive import archive
from tests.cli.terminal import Said, kya, kya_process
from tests.evidence.order_flow import Step, flow
from tests.verify.packages import handed_over
from tests.world import AGENT

LEI: Final = "529900T8BM49AURSDO55"


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    world = flow([Step(), Step(cents=2_500_001)])
    return handed_over(world, tmp_path_factory.mktemp("export") / "evidence").path


def exported(package: Path, out: Path | str, *more: str) -> Said:
    return kya("evidence", "export", "--package", package, "--out", out, *more)


def test_writes_a_line_for_each_event(package: Path, tmp_path: Path) -> None:
    said = exported(package, tmp_path / "orders.jsonl")
    assert said.code == 0, said.err
    assert said.out == f"{tmp_path}/orders.jsonl: 2 orders, 3 records\n"
    lines = (tmp_path / "orders.jsonl").read_bytes().splitlines(keepends=True)
    events = [parse_record(line).event for line in lines]
    assert events == ["NEWO", "FILL", "BLKG"]


@pytest.mark.parametrize(
    ("form", "begins"),
    [
        ("jsonl", b'{"_type":"kya/order-record/v1"'),
        ("csv", b"log,entry,leaf,"),
        ("parquet", b"PAR1"),
        ("iso20022", b'{"BizData":'),
    ],
)
def test_every_format_can_be_written(
    form: str, begins: bytes, package: Path, tmp_path: Path
) -> None:
    said = exported(package, tmp_path / "orders", "--format", form, "--json")
    assert said.code == 0, said.err
    assert said.json["orders"] == 2
    assert (tmp_path / "orders").read_bytes().startswith(begins)


def test_an_archive_gives_the_same_records(package: Path, tmp_path: Path) -> None:
    archive(package, tmp_path / "evidence.tar.gz")
    exported(package, tmp_path / "one")
    exported(tmp_path / "evidence.tar.gz", tmp_path / "two")
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


def test_the_data_directory_is_read_as_it_was_published(
    package: Path, tmp_path: Path
) -> None:
    exported(package, tmp_path / "one")
    said = kya("evidence", "export", "--data", package, "--out", tmp_path / "two")
    assert said.code == 0, said.err
    assert "no gateway is running" in said.err
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


def test_stdout_has_the_records_and_nothing_else(package: Path) -> None:
    said = kya_process("evidence", "export", "--package", package, "--out", "-")
    assert said.code == 0, said.err
    assert [json.loads(line)["agent_seq"] for line in said.out.splitlines()] == [
        1,
        1,
        2,
    ]
    assert said.err.endswith("-: 2 orders, 3 records\n")


def test_a_period_and_an_agent_can_be_chosen(package: Path, tmp_path: Path) -> None:
    period = ("--from", "2026-05-15", "--to", "2026-05-15", "--agent", AGENT)
    assert exported(package, tmp_path / "day", *period).code == 0
    before = exported(package, tmp_path / "before", "--to", "2026-05-14")
    assert before.out.endswith("before: 0 orders, 0 records\n")


def test_the_lei_is_in_every_record(package: Path, tmp_path: Path) -> None:
    assert exported(package, tmp_path / "orders", "--lei", LEI).code == 0
    lines = (tmp_path / "orders").read_text("utf-8").splitlines()
    assert {json.loads(line)["firm_lei"] for line in lines} == {LEI}


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (("--lei", LEI[:-1] + "6"), "lei: want check digits that agree"),
        (("--from", "2026-05-16", "--to", "2026-05-15"), "is after 2026-05-15"),
        (("--from", "15.5.2026"), "day: want the form 2026-05-15"),
        (("--agent", "nobody"), f"knows: {AGENT}"),
        (("--format", "xml"), "xml"),
    ],
)
def test_a_wrong_wish_leaves_no_file(
    more: tuple[str, ...], said: str, package: Path, tmp_path: Path
) -> None:
    found = exported(package, tmp_path / "orders", *more)
    assert found.code == 2
    assert said in found.err
    assert list(tmp_path.iterdir()) == []


def test_an_export_is_never_overwritten(package: Path, tmp_path: Path) -> None:
    (tmp_path / "orders").write_bytes(b"mine")
    found = exported(package, tmp_path / "orders")
    assert (found.code, (tmp_path / "orders").read_bytes()) == (2, b"mine")
    assert "exists already" in found.err


def test_json_and_records_do_not_share_stdout(package: Path) -> None:
    found = exported(package, "-", "--json")
    assert found.code == 2
    assert "want --out to be a file" in found.err


def test_a_folder_without_a_log_is_refused(tmp_path: Path) -> None:
    found = kya("evidence", "export", "--data", tmp_path, "--out", tmp_path / "orders")
    assert found.code == 2
    assert "want the log directory of a gateway" in found.err


def test_a_log_that_was_cut_is_not_believed(package: Path, tmp_path: Path) -> None:
    (bundle,) = [p for p in (package / "log/tile/entries").rglob("*") if p.is_file()]
    whole = bundle.read_bytes()
    bundle.write_bytes(whole[:-1])
    try:
        found = exported(package, tmp_path / "orders")
    finally:
        bundle.write_bytes(whole)
    assert found.code == 1
    assert list(tmp_path.iterdir()) == []


def test_without_the_library_parquet_says_what_to_install(
    package: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(sys.modules, "kya.adapters.records_parquet", raising=False)
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    found = exported(package, tmp_path / "orders", "--format", "parquet")
    assert found.code == 2
    assert "want kya[parquet]" in found.err
