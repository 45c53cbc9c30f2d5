from pathlib import Path

import pytest

from kya.core.errors import InputError
from kya.pki.request import make_request, proven_public_key
from kya.wiring.agent_host import AgentHost


@pytest.fixture
def host(tmp_path: Path) -> AgentHost:
    return AgentHost(tmp_path / "bot")


def _store(host: AgentHost) -> None:
    host.store("bot", b"\x30\x00", "http://127.0.0.1:1", "gateway+0+x")


def test_a_new_key_proves_itself(host: AgentHost) -> None:
    signer = host.new_key()
    _store(host)
    assert proven_public_key(make_request(signer)) == host.signer().public_key()
    assert signer.describe() == host.signer().describe()


def test_a_key_without_a_certificate_signs_nothing(host: AgentHost) -> None:
    host.new_key()
    with pytest.raises(InputError):
        host.signer()


def test_the_key_in_use_stays_until_its_successor_is_certified(
    host: AgentHost,
) -> None:
    host.new_key()
    _store(host)
    first = host.signer().public_key()
    second = host.new_key().public_key()
    assert host.signer().public_key() == first
    _store(host)
    assert host.signer().public_key() == second


def test_a_key_that_never_got_a_certificate_is_kept_aside(host: AgentHost) -> None:
    host.new_key()
    last = host.new_key().public_key()
    _store(host)
    assert host.signer().public_key() == last
    names = sorted(path.name for path in (host.directory / "keys").glob("*.pem"))
    assert names == ["agent-new-former-1.pem", "agent.pem"]


def test_storing_again_keeps_the_key(host: AgentHost) -> None:
    host.new_key()
    _store(host)
    key = host.signer().public_key()
    _store(host)
    assert host.signer().public_key() == key


def test_facts_come_back_as_they_were_stored(host: AgentHost) -> None:
    host.new_key()
    _store(host)
    assert host.facts() == {
        "agent": "bot",
        "gateway": "gateway+0+x",
        "url": "http://127.0.0.1:1",
    }


@pytest.mark.parametrize("raw", [None, b"", b"{", b"\xff"])
def test_a_directory_that_is_no_agents_says_so(
    host: AgentHost, raw: bytes | None
) -> None:
    host.directory.mkdir()
    if raw is not None:
        (host.directory / "agent.json").write_bytes(raw)
    with pytest.raises(InputError, match="want the directory that `kya agent enrol`"):
        host.facts()
