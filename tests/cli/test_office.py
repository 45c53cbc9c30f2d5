"""`kya office` in a process of its own, and hosts that fetch their certificates."""

import json
import subprocess
from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from kya.wiring.agent_host import AgentHost
from kya.wiring.remote import Remote
from tests.cli.terminal import KYA, SECONDS, Up, a_draft, stored, up


@dataclass(frozen=True, slots=True)
class Office:
    """An office at work beside its gateway."""

    running: Up
    url: str

    @property
    def directions(self) -> Path:
        return self.running.data / "office.json"

    def post(self, body: bytes) -> tuple[int, dict[str, object]]:
        """The status and the problem that a request gets."""
        address = urlsplit(self.url)
        host = address.hostname or ""
        with closing(HTTPConnection(host, address.port, timeout=9)) as connection:
            connection.request("POST", "/v1/enrolment", body)
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read())


@contextmanager
def an_office(data: Path, *arguments: str) -> Generator[Office]:
    """Run a gateway and, in a second process, the office."""
    with up(data, *arguments) as running:
        command = [str(KYA), "office", "--data", str(data)]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        try:
            line = process.stdout.readline() if process.stdout else ""
            assert line.startswith("kya office is at "), line
            yield Office(running, line.split()[-1])
        finally:
            process.terminate()
            assert process.wait(SECONDS) == 0
            if process.stdout:
                process.stdout.close()
            assert not (data / "office.json").exists()


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    with an_office(tmp_path_factory.mktemp("office") / "data") as running:
        yield running


def _granted(office: Office, name: str) -> Path:
    """Grant a mandate and register its agent; return the token's file."""
    draft = stored(office.running.data / f"{name}.json", a_draft(name))
    people = ("--as", "anna", "--as", "bernd")
    assert office.running.kya("mandate", "sign", draft, *people).code == 0
    return office.running.register(name)


def _refusals(office: Office) -> list[str]:
    """The refusals on record."""
    Remote(office.running.url).publish()
    log = office.running.kya("log", "show", "--count", "1000").out.splitlines()
    return [line for line in log if "kya/refusal/v1" in line]


def _fetch(office: Office, name: str, token: Path, host: Path) -> tuple[int, str]:
    """What a host is told that asks the office."""
    said = office.running.kya(
        "agent", "enrol", name, "--token-file", token, "--dir", host,
        "--office", office.directions,
    )  # fmt: skip
    return said.code, said.err


def test_a_host_fetches_its_certificate_over_http(
    office: Office, tmp_path: Path
) -> None:
    code, err = _fetch(office, "far", _granted(office, "far"), tmp_path / "host")
    assert code == 0, err
    facts = AgentHost(tmp_path / "host").facts()
    assert facts["agent"] == "far"
    assert facts["url"] == office.running.url
    shown = office.running.kya("agent", "show", "far", "--json").json
    assert shown["standing"] == "active"


def test_a_host_is_told_the_rule_that_it_breaks(office: Office, tmp_path: Path) -> None:
    token = _granted(office, "twice")
    assert _fetch(office, "twice", token, tmp_path / "host")[0] == 0
    code, err = _fetch(office, "twice", token, tmp_path / "host")
    assert code == 2
    assert "token is unused" in err
    (refusal,) = _refusals(office)
    assert '"rule":"token_is_unused"' in refusal


def test_strangers_are_told_apart_slowed_down_and_not_logged(office: Office) -> None:
    before = _refusals(office)
    status, problem = office.post(b"not a note")
    assert (status, problem["type"]) == (400, "kya:problem/malformed")
    statuses = {office.post(b"not a note")[0] for _ in range(40)}
    assert statuses == {400, 429}
    assert _refusals(office) == before


def test_the_office_speaks_tls_where_the_gateway_does(tmp_path: Path) -> None:
    with an_office(tmp_path / "data", "--tls") as office:
        assert office.url.startswith("https://")
        token = _granted(office, "secure")
        code, err = _fetch(office, "secure", token, tmp_path / "host")
        assert code == 0, err
        facts = AgentHost(tmp_path / "host").facts()
        assert facts["channel"].startswith("https://")
        assert (tmp_path / "host/gateway-ca.pem").exists()


def test_other_files_are_no_directions(office: Office, tmp_path: Path) -> None:
    other = stored(tmp_path / "office.json", {"office": 1})
    given = ("--token-file", other, "--office", other)
    said = office.running.kya("agent", "enrol", "far", *given)
    assert said.code == 2
    assert "want the office.json of `kya office`" in said.err
