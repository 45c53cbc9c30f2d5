import json
from base64 import b64decode
from pathlib import Path
from typing import Any

import pytest

from kya.codec.note import SignedNote, VerifierKey, verify
from kya.core.errors import DistrustError, MalformedError
from kya.tlog.merkle import leaf_hash, root_of, verify_consistency, verify_inclusion
from kya.tlog.tile import Bundle, Tile, decode_entries, parse_path, tiles_of
from vectors.generate_log import files

VECTORS = Path(__file__).resolve().parents[2] / "vectors"
Case = dict[str, Any]


def cases(name: str) -> list[Any]:
    document = json.loads((VECTORS / name / f"{name}.json").read_text("utf-8"))
    return [pytest.param(case, id=case["id"]) for case in document["cases"]]


@pytest.mark.parametrize(("path", "content"), list(files()))
def test_regeneration_gives_the_same_bytes(path: str, content: str) -> None:
    assert (VECTORS / path).read_text("utf-8") == content


@pytest.mark.parametrize("name", ["merkle", "note", "tile"])
def test_every_case_has_its_own_id(name: str) -> None:
    ids = [param.id for param in cases(name)]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("case", cases("merkle"))
def test_judges_the_merkle_case_as_expected(case: Case) -> None:
    if case["kind"] == "root":
        leaves = [leaf_hash(bytes.fromhex(entry)) for entry in case["entries"]]
        assert root_of(leaves).hex() == case["root"]
        return
    verdict = "accept"
    try:
        judge_path(case)
    except DistrustError:
        verdict = "refuse"
    assert verdict == case["expected"]


def judge_path(case: Case) -> None:
    path = [bytes.fromhex(node) for node in case["path"]]
    if case["kind"] == "inclusion":
        leaf, root = bytes.fromhex(case["leaf"]), bytes.fromhex(case["root"])
        verify_inclusion(leaf, case["index"], case["size"], path, root)
    else:
        roots = bytes.fromhex(case["old_root"]), bytes.fromhex(case["new_root"])
        verify_consistency(case["old_size"], case["new_size"], *roots, path)


@pytest.mark.parametrize("case", cases("note"))
def test_judges_the_note_case_as_expected(case: Case) -> None:
    signers: list[str] = []
    try:
        note = SignedNote.parse(b64decode(case["note"]))
        signers = [
            key.name for key in verify(note, map(VerifierKey.parse, case["keys"]))
        ]
        verdict = "accept"
    except MalformedError:
        verdict = "malformed"
    except DistrustError:
        verdict = "distrust"
    assert (verdict, signers) == (case["expected"], case["signers"])


@pytest.mark.parametrize("case", cases("tile"))
def test_judges_the_tile_case_as_expected(case: Case) -> None:
    judge = {"path": judge_file_name, "tree": judge_tree, "bundle": judge_bundle}
    verdict = "accept"
    try:
        judge[case["kind"]](case)
    except MalformedError:
        verdict = "refuse"
    assert verdict == case["expected"]


def judge_file_name(case: Case) -> None:
    file = parse_path(case["path"])
    match file:
        case Tile():
            assert file.level == case["level"]
        case Bundle():
            assert case["level"] == "entries"
    assert (file.index, file.width) == (case["index"], case["width"])
    assert file.path == case["path"]


def judge_tree(case: Case) -> None:
    levels: dict[str, dict[str, int]] = {}
    for tile in tiles_of(case["size"]):
        level = levels.setdefault(str(tile.level), {"full": 0, "partial": 0})
        if tile.width == 256:
            level["full"] += 1
        else:
            level["partial"] = tile.width
    assert levels == case["levels"]


def judge_bundle(case: Case) -> None:
    entries = decode_entries(bytes.fromhex(case["bundle"]))
    assert [entry.hex() for entry in entries] == case["entries"]
