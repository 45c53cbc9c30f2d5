"""The venue behind FIX over TLS, at a real socket: the right venue, or none at all."""

import socket
import ssl
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from kya.adapters.venue_fix import FixVenue
from kya.config_venues import VenueSection
from kya.core.errors import InputError, TransientError
from kya.core.order_events import VenueStatus
from kya.wiring.fix_venue import fix_venue, venue_tls
from tests.adapters.doubles.certificates import a_certificate
from tests.adapters.test_venue_fix import Bench
from tests.contracts.venue import a_permit

HOST = "127.0.0.1"
NAMED = "fix.example"


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    bench = Bench(tmp_path)
    yield bench
    bench.close()


def served(bench: Bench, files: tuple[Path, Path], client: Path | None = None) -> None:
    """Serve the exchange over TLS, with this certificate, to these clients."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*files)
    if client is not None:
        context.load_verify_locations(client)
        context.verify_mode = ssl.CERT_REQUIRED
    bench.served_with = context
    bench.open()


def section(port: int = 443, **settings: str) -> VenueSection:
    """A section with these settings."""
    return VenueSection(
        kind="fix",
        url=f"tls://{HOST}:{port}",
        comp_id="KYA",
        venue_comp_id="SIMA",
        **settings,  # type: ignore[arg-type]
    )


def trusting(folder: Path, **settings: str) -> ssl.SSLContext:
    """What a configuration with these settings wants to see."""
    return venue_tls("SIMA", section(443, **settings), folder)


def refusal(bench: Bench, venue: FixVenue) -> str:
    """Why no order gets there; none may have."""
    with pytest.raises(TransientError) as refused:
        bench.run(venue.submit(a_permit()))
    assert bench.orders() == []
    return str(refused.value)


@pytest.mark.parametrize("name", ["", NAMED])
def test_an_order_goes_to_a_venue_that_shows_its_name(
    bench: Bench, tmp_path: Path, name: str
) -> None:
    served(bench, a_certificate(tmp_path, name or HOST))
    named = section(bench.port, ca_file="feed.pem", server_name=name)

    async def ordered() -> VenueStatus:
        reached = fix_venue("SIMA", named, tmp_path, bench.clock)
        try:
            return (await reached.venue.submit(a_permit())).status
        finally:
            await reached.closing()

    assert bench.run(ordered()) is VenueStatus.FILLED


def test_a_venue_that_wants_our_certificate_is_shown_it(
    bench: Bench, tmp_path: Path
) -> None:
    ours, key = a_certificate(tmp_path, "kya.example", "ours")
    served(bench, a_certificate(tmp_path, HOST), client=ours)
    shown = {"cert_file": ours.name, "cert_key_file": key.name}
    venue = bench.again(tls=trusting(tmp_path, ca_file="feed.pem", **shown))
    answer = bench.run(venue.submit(a_permit()))
    assert answer.status is VenueStatus.FILLED


def test_without_our_certificate_that_venue_takes_nothing(
    bench: Bench, tmp_path: Path
) -> None:
    ours, _ = a_certificate(tmp_path, "kya.example", "ours")
    served(bench, a_certificate(tmp_path, HOST), client=ours)
    venue = bench.again(400, tls=trusting(tmp_path, ca_file="feed.pem"))
    assert "no session with the venue" in refusal(bench, venue)


@pytest.mark.parametrize(
    ("address", "hours", "ca", "wanted"),
    [
        ("127.0.0.2", -1, "feed.pem", "IP address mismatch"),
        (NAMED, -1, "feed.pem", "IP address mismatch"),
        (HOST, -25, "feed.pem", "certificate has expired"),
        (HOST, 1, "feed.pem", "certificate is not yet valid"),
        (HOST, -1, "other.pem", "self-signed certificate"),
        (HOST, -1, "", "self-signed certificate"),
    ],
)
def test_whoever_shows_another_certificate_gets_nothing_and_it_is_said(  # noqa: PLR0913, PLR0917  a table
    bench: Bench, tmp_path: Path, address: str, hours: int, ca: str, wanted: str
) -> None:
    a_certificate(tmp_path, HOST, "other")
    served(bench, a_certificate(tmp_path, address, begins=timedelta(hours=hours)))
    venue = bench.again(800, tls=trusting(tmp_path, ca_file=ca))
    assert f"its certificate is not trusted: {wanted}" in refusal(bench, venue)


def test_why_there_is_no_session_is_logged_once(
    bench: Bench, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    served(bench, a_certificate(tmp_path, NAMED))
    venue = bench.again(800, tls=trusting(tmp_path, ca_file="feed.pem"))
    refusal(bench, venue)
    (record,) = caplog.records  # However often it was dialled.
    assert f"at {HOST}:{bench.port}: its certificate is not trusted" in record.message


def test_a_venue_without_tls_is_sent_no_order_and_no_password(
    bench: Bench, tmp_path: Path
) -> None:
    a_certificate(tmp_path, HOST)
    heard = bytearray()
    with socket.create_server((HOST, 0)) as server:

        def answer_in_the_clear() -> None:
            peer, _ = server.accept()
            with peer:
                heard.extend(peer.recv(4_096))
                peer.sendall(b"8=FIX.4.4\x019=5\x0135=0\x0110=000\x01")

        thread = threading.Thread(target=answer_in_the_clear)
        thread.start()
        bench.port = server.getsockname()[1]
        venue = bench.again(800, tls=trusting(tmp_path, ca_file="feed.pem"))
        assert "no TLS" in refusal(bench, venue)
        thread.join()
    assert heard[:1] == b"\x16"  # A handshake, and nothing else (RFC 8446 §5.1).
    assert b"35=" not in heard


def test_files_that_are_none_are_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"none\.pem: want certificates in PEM"):
        trusting(tmp_path, ca_file="none.pem")
    files = {"cert_file": "feed.pem", "cert_key_file": "other.key"}
    with pytest.raises(InputError, match=r"feed\.pem, .*other\.key: want a certif"):
        trusting(tmp_path, **files)
    a_certificate(tmp_path, HOST)
    a_certificate(tmp_path, HOST, "other")
    with pytest.raises(InputError, match=r"feed\.pem, .*other\.key: want a certif"):
        trusting(tmp_path, **files)
