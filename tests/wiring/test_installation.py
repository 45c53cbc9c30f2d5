from pathlib import Path

import pytest

from kya.config import Config, InstallationSection, LogSection
from kya.config_venues import VenueSection
from kya.core.credential import Role
from kya.core.errors import InputError
from kya.pki.crl import verify_crl
from kya.pki.path import verify_chain
from kya.wiring.founding import found
from kya.wiring.installation import (
    AUTHORITY,
    GATEWAY,
    LOG,
    Opened,
    open_installation,
)
from tests.world import FOUNDED

CONFIG = Config(
    installation=InstallationSection(
        operator="CryptoEX AG",
        trust_domain="cryptoex.example",
        root_name="CryptoEX Root CA",
        crl_url="http://crl.cryptoex.example/issuing.crl",
    ),
    log=LogSection(origin="cryptoex.example/log/2026"),
    venues={"SIMA": VenueSection()},
)


@pytest.fixture
def founded(tmp_path: Path) -> Opened:
    return found(tmp_path / "data", CONFIG, FOUNDED)


def test_what_was_founded_can_be_opened(founded: Opened) -> None:
    opened = open_installation(founded.data)
    assert opened.config == CONFIG
    for name in (AUTHORITY, GATEWAY, LOG):
        assert opened.note_signer(name).key == founded.note_signer(name).key


@pytest.mark.parametrize(
    ("name", "role"),
    [(AUTHORITY, Role.AUTHORITY), (GATEWAY, Role.GATEWAY), (LOG, Role.LOG)],
)
def test_every_service_is_certified_under_the_root(
    founded: Opened, name: str, role: Role
) -> None:
    leaf = verify_chain(
        founded.certificate(name),
        [founded.certificate("issuer")],
        founded.certificate("root"),
        FOUNDED,
    )
    assert leaf.role is role
    assert leaf.public_key == founded.note_signer(name).signer.public_key()


def test_the_log_signs_under_its_origin(founded: Opened) -> None:
    assert founded.note_signer(LOG).name == CONFIG.log.origin


def test_nothing_is_founded_twice(founded: Opened) -> None:
    before = founded.certificate("root")
    with pytest.raises(InputError, match="its founding was interrupted"):
        found(founded.data, CONFIG, FOUNDED)
    assert founded.certificate("root") == before


def test_the_root_key_may_be_taken_away(founded: Opened) -> None:
    (founded.data / "keys/root.pem").unlink()
    opened = open_installation(founded.data)
    assert opened.issuer().certificate == founded.certificate("issuer")


def test_two_installations_share_no_key_and_no_serial(tmp_path: Path) -> None:
    one, two = (found(tmp_path / name, CONFIG, FOUNDED) for name in ("one", "two"))
    assert one.certificate("root") != two.certificate("root")
    assert one.note_signer(LOG).key != two.note_signer(LOG).key


def test_the_root_publishes_its_own_list_when_it_is_founded(founded: Opened) -> None:
    found_list = verify_crl(founded.root_list(), founded.certificate("root"))
    assert found_list.contents.revocations == ()
    assert found_list.is_current_at(FOUNDED)
    (founded.data / "trust/root-crl.pem").unlink()
    with pytest.raises(InputError, match="founded by this version"):
        founded.root_list()
