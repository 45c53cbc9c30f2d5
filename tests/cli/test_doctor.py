"""`kya doctor --from-bot`: with ways out, and in a network namespace without any."""

import os
import shutil
import socket
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

import pytest

from kya.agent.ways_out import EXCHANGES, Met, tries
from kya.core.errors import InputError
from tests.cli.terminal import KYA, Said, Up, kya

SECONDS: Final = 5.0


def may_unshare() -> bool:
    """Whether a process may have a network of its own here."""
    unshare = shutil.which("unshare")
    if unshare is None:
        return False
    return subprocess.run([unshare, "--net", "true"], check=False).returncode == 0


@contextmanager
def a_venue() -> Iterator[str]:
    """Somebody who takes connections on loopback."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}"


@contextmanager
def a_socket_to(gateway: str, path: Path) -> Iterator[str]:
    """A Unix socket whose connections end at the gateway, as a proxy of the host's."""
    host, port = gateway.removeprefix("http://").split(":")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(path))
        server.listen()
        place = host, int(port)
        forwarding = threading.Thread(target=_forward, args=(server, place))
        forwarding.start()
        yield f"unix:{path}"
        server.shutdown(socket.SHUT_RDWR)
        forwarding.join()


def _forward(server: socket.socket, place: tuple[str, int]) -> None:
    """Carry the bytes of one connection after the other to the place and back."""
    while True:
        try:
            near, _ = server.accept()
        except OSError:
            return
        with near, socket.create_connection(place) as far:
            back = threading.Thread(target=_carry, args=(far, near))
            back.start()
            _carry(near, far)
            back.join()


def _carry(one: socket.socket, other: socket.socket) -> None:
    """Carry what comes from one end to the other, until no more does."""
    with suppress(OSError):
        while chunk := one.recv(65_536):
            other.sendall(chunk)
        other.shutdown(socket.SHUT_WR)


def test_a_venue_that_can_be_reached_is_a_way_out(office: Up) -> None:
    with a_venue() as venue:
        said = kya("doctor", "--from-bot", "--gateway", office.url, "--venue", venue)
    assert said.code == 1
    assert f"gateway {office.url}: answers" in said.out
    assert f"a way out  {venue.removeprefix('http://')}: a connection" in said.out


def test_a_venue_that_is_not_there_is_none(office: Up) -> None:
    with a_venue() as venue:
        pass
    asked = ("doctor", "--from-bot", "--gateway", office.url, "--venue", venue)
    said = kya(*asked, "--json")
    assert said.code == 0, said.out
    place = venue.removeprefix("http://")
    [found] = said.json["tries"]
    assert found == {"met": "nothing", "of": place, "said": "not reached"}


def test_without_a_gateway_nothing_can_be_told() -> None:
    with a_venue() as nobody:
        pass
    said = kya("doctor", "--from-bot", "--gateway", nobody, "--venue", nobody)
    assert said.code == 3
    assert "does not answer" in said.out


def test_keys_of_venues_are_named_and_not_shown() -> None:
    variables = {
        "KRAKEN_API_KEY": "sesame",
        "BINANCE_SECRET_KEY": "",
        "PATH": "/bin",
        "MONKEY": "x",
    }
    [found] = tries([], SECONDS, variables)
    assert (found.of, found.met) == ("KRAKEN_API_KEY", Met.A_WAY_OUT)
    assert "sesame" not in repr(found)


@pytest.mark.parametrize("url", ["kraken", "ftp://x.example", "https://"])
def test_what_is_no_venues_address_is_refused(url: str) -> None:
    with pytest.raises(InputError, match="want an address"):
        tries([url], SECONDS, {})


def test_it_wants_to_be_told_where_it_runs(office: Up) -> None:
    said = kya("doctor", "--gateway", office.url)
    assert said.code == 2
    assert len(EXCHANGES) == 4


@pytest.mark.skipif(not may_unshare(), reason="no process may have its own network")
def test_in_a_namespace_without_a_network_the_gateways_socket_alone_is_left(
    office: Up, tmp_path: Path
) -> None:
    with (
        a_venue() as venue,
        a_socket_to(office.url, tmp_path / "gateway.sock") as gateway,
    ):
        asked = ("doctor", "--from-bot", "--gateway", gateway, "--venue", venue)
        assert kya(*asked).code == 1
        done = subprocess.run(
            ["unshare", "--net", KYA, *asked],
            env={name: os.environ[name] for name in ("PATH", "HOME")},
            capture_output=True,
            text=True,
            check=False,
        )
    inside = Said(done.returncode, done.stdout, done.stderr)
    assert inside.code == 0, inside
    assert f"gateway {gateway}: answers" in inside.out
    assert "not reached" in inside.out
