"""An embedded installation, once it is founded (`wiring/founding.py`).

<data>/kya.toml      the configuration
<data>/keys/         the keys, encrypted (development custody)
<data>/trust/        root.pem, its list, issuer.pem and the services' certificates
<data>/log/          the published tile directory
<data>/wal/          entries not published yet
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from kya.adapters.randomness import new_serial
from kya.authority import ceremony, channel
from kya.authority.ceremony import Installation, Issuer, Validity
from kya.authority.channel import ChannelCa
from kya.config import (
    CONFIG_FILE,
    Config,
    InstallationSection,
    read_config,
)
from kya.core.credential import Role
from kya.core.errors import InputError
from kya.core.instant import Instant
from kya.pki.identity import TrustDomain
from kya.pki.keys import KeyAlgorithm
from kya.pki.note_signer import NoteSigner
from kya.pki.pem import CERTIFICATE, X509_CRL, from_pem, to_pem
from kya.wiring.keys import KeyCabinet

AUTHORITY: Final = "authority"
GATEWAY: Final = "gateway"
LOG: Final = "log"
CHANNEL: Final = "channel"
ISSUER: Final = "issuer"
ROOT_LIST: Final = "trust/root-crl.pem"


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """An installation whose keys and certificates are at hand."""

    data: Path
    config: Config
    cabinet: KeyCabinet

    def certificate(self, name: str) -> bytes:
        """Return a certificate of the installation in DER."""
        return from_pem(CERTIFICATE, (self.data / f"trust/{name}.pem").read_bytes())

    def root_list(self) -> bytes:
        """Return the root's own revocation list in DER; InputError if there is none."""
        path = self.data / ROOT_LIST
        try:
            return from_pem(X509_CRL, path.read_bytes())
        except FileNotFoundError as error:
            msg = f"{path}: none; want an installation founded by this version"
            raise InputError(msg) from error

    def note_signer(self, name: str) -> NoteSigner:
        """Return the signer of a service; the log signs under its origin."""
        shown = self.config.log.origin if name == LOG else name
        return NoteSigner(shown, self.cabinet.open(name))

    def channel_ca(self) -> ChannelCa:
        """Return the channel CA with its key."""
        return ChannelCa(
            installation=_installation(self.config.installation),
            certificate=self.certificate(CHANNEL),
            signer=self.cabinet.open(CHANNEL),
        )

    def issuer(self) -> Issuer:
        """Return the issuing CA with its key."""
        return Issuer(
            installation=_installation(self.config.installation),
            certificate=self.certificate(ISSUER),
            signer=self.cabinet.open(ISSUER),
        )


def open_installation(data: Path) -> Opened:
    """Return the installation of a data directory; InputError if there is none."""
    return Opened(
        data=data, config=read_config(data), cabinet=KeyCabinet(data / "keys")
    )


def issuer_of(data: Path) -> tuple[Installation, bytes] | None:
    """Return an installation with its issuing CA's certificate, without any key.

    None where no installation is, or none yet.
    """
    if not (data / CONFIG_FILE).exists():
        return None
    opened = open_installation(data)
    return _installation(opened.config.installation), opened.certificate(ISSUER)


def found_channel_ca(opened: Opened, now: Instant) -> None:
    """Make the CA of the channel certificates, signed by the root, which is needed.

    InputError where the root's key has been taken away.
    """
    if not opened.cabinet.has("root"):
        msg = (
            f"{opened.data}: no channel CA, and none can be made without"
            " keys/root.pem; bring it back for one start"
        )
        raise InputError(msg)
    name = CHANNEL
    cabinet = opened.cabinet
    key = (
        cabinet.open(name)
        if cabinet.has(name)
        else cabinet.create(name, KeyAlgorithm.P256)
    )
    certificate = channel.found_channel_ca(
        opened.certificate("root"),
        cabinet.open("root"),
        key.public_key(),
        _installation(opened.config.installation),
        Validity.lasting(new_serial(), now, ceremony.ISSUER_SECONDS),
    )
    store_certificate(opened.data, name, certificate)


def service(
    issuer: Issuer, role: Role, name: str, public_key: bytes, now: Instant
) -> bytes:
    """Return a new certificate of a service or director, 365 days from now."""
    validity = Validity.lasting(new_serial(), now, ceremony.LEAF_SECONDS)
    return ceremony.issue_service(issuer, role, name, public_key, validity)


def store_certificate(data: Path, name: str, certificate: bytes) -> None:
    """Write a certificate as `trust/<name>.pem`."""
    directory = data / "trust"
    directory.mkdir(parents=True, exist_ok=True)
    (directory / f"{name}.pem").write_bytes(to_pem(CERTIFICATE, certificate))


def _installation(section: InstallationSection) -> Installation:
    """Return what every certificate shares."""
    return Installation(
        operator=section.operator,
        trust_domain=TrustDomain(section.trust_domain),
        crl_url=section.crl_url,
        ocsp_url=section.ocsp_url or None,
    )
