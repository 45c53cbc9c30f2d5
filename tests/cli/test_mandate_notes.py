"""A mandate goes round among directors who hold their own keys."""

from pathlib import Path
from typing import Final

import pytest

from kya.config import read_config, render_config
from tests.cli.terminal import Said, Up, a_draft, kya, stored

NAMES: Final = ("carla", "dora", "emil")


def key_of(folder: Path, name: str) -> Path:
    """A director's key, in a file of their own machine."""
    (folder / f"{name}.phrase").write_text(f"the passphrase of {name}")
    toml = folder / f"{name}.toml"
    toml.write_text(
        'backend = "file"\n'
        f'path = "{folder / name}.pem"\n'
        f'passphrase_file = "{folder / name}.phrase"\n'
        "generate = true\n"
    )
    return toml


@pytest.fixture(scope="module")
def desks(office: Up, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three directors on record, whose keys the installation has never seen."""
    folder = tmp_path_factory.mktemp("directors")
    for name in NAMES:
        request = folder / f"{name}.csr"
        key = ("--key", key_of(folder, name))
        made = kya("director", "request", name, *key, "--out", request)
        assert made.code == 0, made.err
        enrolled = office.kya("director", "enrol", name, request)
        assert enrolled.code == 0, enrolled.err
        assert enrolled.out == f"{name}: on record as a director\n"
        # Both sides see the same key, and can compare it.
        assert made.err == enrolled.err
    return folder


def signed(desks: Path, draft: str, note: Path) -> Said:
    path = stored(desks / f"{draft}.json", a_draft(draft))
    key = ("--key", desks / "carla.toml")
    return kya("mandate", "sign", path, "--as", "carla", *key, "--out", note)


def countersigned(desks: Path, note: Path, name: str, out: Path) -> Said:
    key = ("--key", desks / f"{name}.toml")
    return kya("mandate", "countersign", note, "--as", name, *key, "--out", out)


def test_each_signs_at_home_and_anybody_records_it(
    office: Up, desks: Path, tmp_path: Path
) -> None:
    first = signed(desks, "round", tmp_path / "1.note")
    assert first.code == 0, first.err
    assert "to be signed by carla:" in first.err
    assert "an order    at most EUR 25000.00" in first.err
    assert "record it   20" in first.err
    second = countersigned(desks, tmp_path / "1.note", "dora", tmp_path / "2.note")
    assert second.code == 0, second.err
    assert "signed so far by carla" in second.err
    assert "agent       round" in second.err
    assert second.out == f"{tmp_path / '2.note'}: signed by carla, dora\n"
    recorded = office.kya("mandate", "record", tmp_path / "2.note", "--json")
    assert recorded.code == 0, recorded.err
    assert "agent       round" in recorded.err
    shown = office.kya("mandate", "show", "round", "--json")
    assert shown.json["digest"] == recorded.json["digest"]
    assert not list((office.data / "keys").glob("director-carla*"))


def test_one_signature_is_not_recorded(office: Up, desks: Path, tmp_path: Path) -> None:
    signed(desks, "alone", tmp_path / "1.note")
    refused = office.kya("mandate", "record", tmp_path / "1.note")
    assert refused.code == 1
    assert "want 2 of the directors on record; signed by carla" in refused.err


def test_nobody_signs_twice(desks: Path, tmp_path: Path) -> None:
    signed(desks, "twice", tmp_path / "1.note")
    refused = countersigned(desks, tmp_path / "1.note", "carla", tmp_path / "2.note")
    assert refused.code == 2
    assert "carla has signed already" in refused.err
    assert not (tmp_path / "2.note").exists()


def test_another_directors_key_does_not_count(
    office: Up, desks: Path, tmp_path: Path
) -> None:
    signed(desks, "borrowed", tmp_path / "1.note")
    key = ("--key", desks / "carla.toml", "--out", tmp_path / "2.note")
    note = tmp_path / "1.note"
    assert kya("mandate", "countersign", note, "--as", "dora", *key).code == 0
    refused = office.kya("mandate", "record", tmp_path / "2.note")
    assert refused.code == 1
    assert "want a director whose certificate is on record" in refused.err


def test_the_installation_says_how_many_of_whom(
    office: Up, desks: Path, tmp_path: Path
) -> None:
    config = office.data / "kya.toml"
    before = config.read_text()
    wanted = 'directors = ["carla","dora","emil"]\ndirectors_min = 3'
    changed = before.replace("directors = []\ndirectors_min = 2", wanted)
    assert changed != before
    config.write_text(changed)
    try:
        assert render_config(read_config(office.data)) == changed
        signed(desks, "three", tmp_path / "1.note")
        countersigned(desks, tmp_path / "1.note", "dora", tmp_path / "2.note")
        refused = office.kya("mandate", "record", tmp_path / "2.note")
        assert refused.code == 1
        assert "want 3 of carla, dora, emil; signed by carla, dora" in refused.err
        countersigned(desks, tmp_path / "2.note", "emil", tmp_path / "3.note")
        assert office.kya("mandate", "record", tmp_path / "3.note").code == 0
    finally:
        config.write_text(before)


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        (("--as", "carla", "--as", "dora", "--out", "x"), "want one director"),
        (("--as", "carla", "--key", "k.toml"), "want --out"),
    ],
)
def test_who_signs_alone_hands_the_note_on(
    office: Up, desks: Path, words: tuple[str, ...], wanted: str
) -> None:
    draft = stored(desks / "words.json", a_draft("words"))
    refused = office.kya("mandate", "sign", draft, *words)
    assert refused.code == 2
    assert wanted in refused.err


def test_a_director_without_a_key_here_says_where_it_is(
    office: Up, desks: Path, tmp_path: Path
) -> None:
    draft = stored(desks / "keyless.json", a_draft("keyless"))
    out = ("--out", tmp_path / "1.note")
    refused = office.kya("mandate", "sign", draft, "--as", "nobody", *out)
    assert refused.code == 2
    assert "say with --key where it is" in refused.err


def test_a_directors_key_is_on_record_once(office: Up, desks: Path) -> None:
    refused = office.kya("director", "enrol", "carla", desks / "carla.csr")
    assert refused.code == 2
    assert "this key is on record already" in refused.err


def test_signing_makes_no_key(desks: Path, tmp_path: Path) -> None:
    key = key_of(tmp_path, "frida")
    draft = stored(tmp_path / "draft.json", a_draft("frida"))
    more = ("--as", "frida", "--key", key, "--out", tmp_path / "note")
    refused = kya("mandate", "sign", draft, *more)
    assert refused.code == 2
    assert "frida.pem: no such file" in refused.err
    assert desks.exists()
