"""The pages on witnesses: their bytes verify, and their commands print so."""

import re
import tomllib
from http import HTTPStatus
from pathlib import Path

import msgspec
import pytest

from kya.codec.note import NoteSignature, VerifierKey
from kya.config_outside import WitnessesSection
from kya.core.errors import MalformedError
from kya.tlog.policy import Log, Policy
from kya.witness.request import AddCheckpoint
from tests.cli.terminal import kya
from tests.foreign.test_foreign_log import write_log
from tests.surface.blocks import ROOT, blocks, steps
from tests.tlog.builders import LOG, a_log
from tests.witness.worlds import Watched, a_cosigner

SPEC = (ROOT / "spec" / "witness.md").read_text("utf-8")
PAGE = ROOT / "docs" / "how-to" / "run-a-witness.md"


def on_the_page() -> list[bytes]:
    return [found[1].encode() for found in re.finditer(r"(?ms)^```\n(.*?)^```$", SPEC)]


def test_the_request_on_the_page_gets_the_answer_on_the_page() -> None:
    request, answer = on_the_page()
    watched = Watched()
    watched.witness.add_checkpoint(watched.request(0, 1))
    said = watched.witness.add_checkpoint(request)
    assert (said.status, said.body) == (HTTPStatus.OK, answer)
    asked = AddCheckpoint.parse(request)
    line = NoteSignature.parse(answer.decode().removesuffix("\n"))
    named = re.search(r"Its key is\n`(.*?)`", SPEC)
    assert named is not None
    key = VerifierKey.parse(named[1])
    assert key == a_cosigner().key
    assert key.verifies(asked.note.text, line.value)
    assert f"`{LOG}`" in SPEC


def test_the_commands_print_what_the_page_shows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    found = blocks(PAGE)
    (reference, _) = (block.text for block in found if block.language == "toml")
    (tmp_path / "key.toml").write_text(reference)
    (tmp_path / "passphrase").write_text("correct horse\n")
    (tmp_path / "policy.txt").write_bytes(Policy(logs=(Log(key=LOG),)).render())
    write_log(tmp_path / "log", *a_log(3))
    for block in (block for block in found if block.language == "console"):
        for step in steps(block.text):
            said = kya(*step.command.split()[1:])
            assert said.code == 0, said.err
            shown = re.escape("\n".join(step.shown)).replace("…", ".+")
            assert re.fullmatch(shown, said.out.strip()), said.out


def test_the_settings_on_the_page_can_be_read() -> None:
    found = blocks(PAGE)
    _, settings = (block.text for block in found if block.language == "toml")
    section = msgspec.convert(tomllib.loads(settings)["witnesses"], WitnessesSection)
    assert section == WitnessesSection(policy="trust/policy.txt")
    (policy,) = (block.text for block in found if block.language == "text")
    first, second = a_cosigner(1).key, a_cosigner(2).key
    written = re.sub(r"w\.example\+…", str(first), policy)
    written = re.sub(r"w\.auditor\.example\+…", str(second), written)
    read = Policy.parse(written.encode())
    assert read.quorum_is_met([first, second])
    assert not read.quorum_is_met([first])
    with pytest.raises(MalformedError):
        Policy.parse(policy.encode())
