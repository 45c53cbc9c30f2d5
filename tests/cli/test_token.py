"""`kya token`: shown once, kept as a digest, good until it is revoked or over."""

import re
import stat
from pathlib import Path

import pytest

from kya.core.errors import TransientError
from kya.programs.tokens import TokenBook
from kya.wiring.token_file import TokenFile
from tests.cli.terminal import Said, kya


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "tokens.json"


def token(file: Path, *arguments: str) -> Said:
    return kya("token", *arguments, "--tokens", file)


def issue(file: Path, name: str, *scopes: str) -> Said:
    wanted = [word for scope in scopes for word in ("--scope", scope)]
    return token(file, "issue", name, *wanted)


def test_a_token_is_shown_once_and_only_its_digest_is_kept(file: Path) -> None:
    said = issue(file, "siem", "read:orders", "read:agents")
    assert said.code == 0, said.err
    assert re.fullmatch(r"kya_[0-9a-f]{64}\n", said.out)
    assert said.out.strip() not in file.read_text()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    (found,) = token(file, "list", "--json").json
    assert found["state"] == "good"
    assert found["scopes"] == ["read:agents", "read:orders"]
    assert said.out.strip() not in token(file, "list", "--json").out


def test_a_revoked_token_stays_listed_and_opens_nothing(file: Path) -> None:
    issue(file, "siem", "read:orders")
    issue(file, "board", "read:agents")
    first, second = (each["id"] for each in token(file, "list", "--json").json)
    assert token(file, "revoke", first).out == f"token {first} revoked\n"
    lines = token(file, "list").out.splitlines()
    assert lines[0].startswith(f"{first} siem revoked until ")
    assert lines[1].startswith(f"{second} board good until ")


def test_what_cannot_be_issued_is_said_and_changes_nothing(file: Path) -> None:
    assert issue(file, "siem", "read:everything").code == 2
    assert issue(file, "si em", "read:orders").code == 2
    assert token(file, "issue", "siem").code == 2
    assert not file.exists()
    assert token(file, "revoke", "00000000").code == 2
    assert issue(file.parent / "absent" / "tokens.json", "x", "read:orders").code == 2


def test_what_is_revoked_elsewhere_is_seen_at_the_next_request(file: Path) -> None:
    read = TokenFile(file)
    assert read.read() == TokenBook()
    issue(file, "siem", "read:orders")
    (found,) = read.read().tokens
    token(file, "revoke", found.id)
    assert read.read().tokens[0].revoked_at is not None


def test_a_file_that_is_none_lets_nobody_in(file: Path) -> None:
    file.write_text("[]")
    with pytest.raises(TransientError):
        TokenFile(file).read()
    assert issue(file, "siem", "read:orders").code == 4
