from pathlib import Path

import pytest
from cryptography import x509
from cryptography.x509 import ocsp

from kya.authority.ocsp import RESPONDER_SECONDS
from kya.core.errors import InputError
from kya.wiring.founding import found
from kya.wiring.installation import Opened
from kya.wiring.ocsp import OCSP, RENEW_SECONDS, OcspDesk
from tests.gateway.house import HandClock
from tests.pki.test_ocsp import request
from tests.wiring.test_installation import CONFIG
from tests.world import FOUNDED, World

STATE = World().state
"""Whose certificates they are makes no difference to the responder's own."""


@pytest.fixture
def opened(tmp_path: Path) -> Opened:
    return found(tmp_path / "data", CONFIG, FOUNDED)


def responder(desk: OcspDesk) -> x509.Certificate:
    """The certificate under which the desk answers now."""
    question = request(desk.opened.certificate("issuer"), 2**64)
    said = ocsp.load_der_ocsp_response(desk.answer(question, STATE))
    (leaf,) = said.certificates
    leaf.verify_directly_issued_by(
        x509.load_der_x509_certificate(desk.opened.certificate("issuer"))
    )
    return leaf


def test_the_responder_is_made_when_it_is_first_asked_and_kept(opened: Opened) -> None:
    clock = HandClock(FOUNDED)
    assert not opened.cabinet.has(OCSP)
    first = responder(OcspDesk(opened, clock))
    clock.forward(seconds=RESPONDER_SECONDS - RENEW_SECONDS - 2)
    assert responder(OcspDesk(opened, clock)) == first


def test_it_is_renewed_with_a_new_key_before_it_ends(opened: Opened) -> None:
    clock = HandClock(FOUNDED)
    desk = OcspDesk(opened, clock)
    first = responder(desk)
    clock.forward(seconds=RESPONDER_SECONDS - RENEW_SECONDS)
    second = responder(desk)
    assert second.public_key() != first.public_key()
    assert second.not_valid_before_utc > first.not_valid_before_utc
    assert responder(OcspDesk(opened, clock)) == second
    assert opened.cabinet.has(f"{OCSP}-former-1")


def test_while_the_cas_key_is_away_it_goes_on_to_its_end(opened: Opened) -> None:
    clock = HandClock(FOUNDED)
    desk = OcspDesk(opened, clock)
    first = responder(desk)
    (opened.data / "keys/issuer.pem").rename(opened.data / "issuer-elsewhere.pem")
    clock.forward(seconds=RESPONDER_SECONDS - 2)
    assert responder(desk) == first
    clock.forward(seconds=2)
    with pytest.raises(InputError, match="not here to make another"):
        responder(desk)


def test_a_responder_of_another_ca_is_not_used(opened: Opened, tmp_path: Path) -> None:
    clock = HandClock(FOUNDED)
    first = responder(OcspDesk(opened, clock))
    other = found(tmp_path / "other", CONFIG, FOUNDED)
    for name in ("keys/issuer.pem", "keys/passphrase", "trust/issuer.pem"):
        (opened.data / name).write_bytes((other.data / name).read_bytes())
    (opened.data / f"keys/{OCSP}.pem").unlink()
    assert responder(OcspDesk(opened, clock)) != first


def test_a_certificate_of_another_key_is_not_used(opened: Opened) -> None:
    clock = HandClock(FOUNDED)
    desk = OcspDesk(opened, clock)
    first = responder(desk)
    opened.cabinet.retire(OCSP)
    opened.cabinet.rename("gateway", OCSP)
    assert responder(OcspDesk(opened, clock)) != first
