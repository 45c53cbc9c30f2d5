"""What posts alerts, against real servers that are slow, lying, hostile or dead."""

import asyncio
import contextlib
import logging
import ssl
import time
from ipaddress import ip_address, ip_network
from pathlib import Path

import pytest

from kya.adapters.alerts_http import Endpoint, post
from kya.adapters.public_address import addresses_of, may_be_asked
from kya.core.errors import InputError, TransientError
from tests.adapters.doubles.certificates import a_certificate
from tests.adapters.doubles.feed import Asked, FeedServer, Reply, serving, status
from tests.adapters.doubles.hooks import LOOPBACK, an_endpoint, takes


def posted(url: str, **changes: object) -> str:
    """The word of an endpoint that is sent a short body."""
    return asyncio.run(post(an_endpoint(url, **changes), b"{}", {"x-key": "s3cr3t"}))


def trickling(asked: Asked) -> None:
    with contextlib.suppress(OSError):
        for byte in b"HTTP/1.1 200 OK\r\nx: " + b"y" * 100:
            asked.say(bytes([byte]))
            time.sleep(0.02)


def hanging(asked: Asked) -> None:
    del asked
    time.sleep(0.6)


def endless_head(asked: Asked) -> None:
    with contextlib.suppress(OSError):
        asked.say(b"HTTP/1.1 200 OK\r\n")
        while True:
            asked.say(b"x: " + b"y" * 1_000 + b"\r\n")


WRONG: dict[str, tuple[Reply, str]] = {
    "slow": (hanging, "no answer within 400 ms"),
    "a byte at a time": (trickling, "no answer within 400 ms"),
    "a head without end": (endless_head, "no answer: RemoteProtocolError"),
    "no HTTP": (lambda asked: asked.say(b"\x16\x03\x01"), "RemoteProtocolError"),
    "nothing": (lambda asked: asked.say(b""), "no answer: RemoteProtocolError"),
    "an error": (status(500), "500 Internal Server Error"),
    "too many": (status(429), "429 Too Many Requests"),
    "a number of its own": (status(599), "599"),
    "a password that is wanted": (status(401), "401 Unauthorized"),
}


@pytest.mark.parametrize(("reply", "fault"), WRONG.values(), ids=WRONG)
def test_whoever_does_not_take_it_may_be_told_again(reply: Reply, fault: str) -> None:
    with serving(reply) as server, pytest.raises(TransientError, match=fault):
        posted(server.url)


@pytest.mark.parametrize("code", [400, 410])
def test_whoever_will_never_take_it_is_not_told_again(code: int) -> None:
    with serving(status(code)) as server, pytest.raises(InputError, match=str(code)):
        posted(server.url)


def test_a_body_without_end_is_not_read() -> None:
    sent: list[int] = []

    def endless(asked: Asked) -> None:
        asked.begin()
        with contextlib.suppress(OSError):
            while len(sent) < 10_000:
                asked.say(b"y" * 10_000)
                sent.append(1)

    with serving(endless) as server:
        assert posted(server.url) == "200 OK"
    assert len(sent) < 10_000


@pytest.mark.parametrize("code", [301, 302, 307, 308])
def test_a_redirect_is_not_followed(code: int) -> None:
    with serving(takes()) as private:
        with serving(status(code, location=private.url)) as server:
            with pytest.raises(TransientError, match=str(code)):
                posted(server.url)
            assert len(server.requests) == 1
        assert private.requests == []


def test_a_target_that_is_not_there_is_told_when_it_comes() -> None:
    with serving(takes()) as server:
        url, port = server.url, server.port
    with pytest.raises(TransientError, match="no answer: ConnectError"):
        posted(url)
    with serving(takes(202), port=port):
        assert posted(url) == "202 Accepted"


@pytest.mark.parametrize("networks", [(), (ip_network("10.0.0.0/8"),)])
def test_nobody_is_asked_at_an_address_that_was_not_allowed(
    networks: tuple[object, ...],
) -> None:
    with serving(takes()) as server:
        with pytest.raises(TransientError, match="not public"):
            posted(server.url, networks=networks)
        assert server.requests == []


ODD = ("127.1", "2130706433", "0x7f000001", "localhost", "[::ffff:127.0.0.1]")


@pytest.mark.parametrize("host", ODD)
def test_another_spelling_of_a_private_address_helps_nobody(host: str) -> None:
    with serving(takes()) as server:
        url = f"https://{host}:{server.port}/"
        with pytest.raises(TransientError, match="not public"):
            posted(url, networks=())
        assert server.requests == []


PRIVATE = (
    "0.0.0.0",  # noqa: S104  as a target
    "10.1.2.3",
    "100.64.0.1",
    "127.0.0.1",
    "169.254.169.254",
    "172.16.0.1",
    "192.168.0.1",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::ffff:10.1.2.3",
    "64:ff9b::a01:203",
    "2002:a01:203::1",
    "2001:0:a01:203::1",
    "fc00::1",
    "fd00:ec2::254",
    "fe80::1",
    "ff02::1",
    "fec0::1",
)


@pytest.mark.parametrize("address", PRIVATE)
def test_an_address_that_is_not_public_is_asked_only_by_name(address: str) -> None:
    found = ip_address(address)
    assert not may_be_asked(found, ())
    mapped = getattr(found, "ipv4_mapped", None) or found
    assert may_be_asked(found, (ip_network(mapped),))


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:2800:220:1::1"])
def test_a_public_address_may_be_asked(address: str) -> None:
    assert may_be_asked(ip_address(address), ())


def test_a_name_without_an_address_is_a_fault_that_may_pass() -> None:
    with pytest.raises(TransientError, match="cannot be resolved"):
        asyncio.run(addresses_of("nowhere.invalid", 443, ()))
    with pytest.raises(TransientError, match="cannot be resolved"):
        asyncio.run(addresses_of("x" * 70 + ".example", 443, ()))


BAD_URLS = (
    "",
    "hooks.example/x",
    "ftp://hooks.example/",
    "http://hooks.example/",
    "http://localhost/",
    "http://10.0.0.1/",
    "https:///x",
    "https://me:s3cr3t@hooks.example/",
    "https://hooks.example/#x",
    "https://hooks.example:port/",
)


@pytest.mark.parametrize("url", BAD_URLS)
def test_an_address_that_others_could_read_is_refused(url: str) -> None:
    with pytest.raises(InputError, match="url: want") as caught:
        an_endpoint(url)
    assert "s3cr3t" not in str(caught.value)


def over_tls(folder: Path, name: str, trusted: str) -> FeedServer:
    """Post to a server whose certificate is for this name, under that CA."""
    certificate, key = a_certificate(folder, name)
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate, key)
    cafile = str(certificate) if trusted == "its own" else None
    with serving(takes(), tls) as server:
        trust = ssl.create_default_context(cafile=cafile)
        assert posted(server.url, trust=trust) == "204 No Content"
    return server


def test_a_target_over_tls_is_known_by_its_certificate(tmp_path: Path) -> None:
    server = over_tls(tmp_path, "127.0.0.1", "its own")
    assert server.requests[0]["host"] == f"127.0.0.1:{server.port}"


SOMEBODY_ELSE = [("127.0.0.1", "the system's"), ("127.0.0.2", "its own")]


@pytest.mark.parametrize(("name", "trusted"), SOMEBODY_ELSE)
def test_somebody_else_is_told_nothing(tmp_path: Path, name: str, trusted: str) -> None:
    with pytest.raises(TransientError, match="no answer: ConnectError"):
        over_tls(tmp_path, name, trusted)


def test_a_proxy_of_the_environment_is_not_asked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("HTTP_PROXY", "ALL_PROXY", "http_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    with serving(takes()) as server:
        assert posted(server.url) == "204 No Content"


@pytest.mark.parametrize("reply", [takes(), status(500), hanging])
def test_neither_address_nor_secret_is_logged_or_told(
    reply: Reply, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    with serving(reply) as server:
        url = f"{server.url}/s3cr3t-path"
        try:
            word = posted(url)
        except TransientError as error:
            word = f"{error!r} {error.__cause__!r}"
        assert "s3cr3t" not in repr(an_endpoint(url))
    assert "s3cr3t" not in word
    assert not [r for r in caplog.records if "s3cr3t" in r.getMessage()]


def test_the_networks_that_are_allowed_are_nobody_else_s_business() -> None:
    assert Endpoint.__dataclass_fields__["networks"].default == ()
    assert (ip_network("127.0.0.0/8"),) == LOOPBACK
