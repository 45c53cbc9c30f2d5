"""How an installation begins: it asks its root for two CAs, and is handed them.

The root may be elsewhere: then some days lie between `ask` and `install`, and its key
is never here. Where it is here, `found` does both at once.

<data>/kya.toml.asked    the configuration, until the certificates are here
"""

from pathlib import Path
from typing import Final

from kya.config import CONFIG_FILE, Config, read_config, render_config
from kya.core.credential import Role
from kya.core.errors import InputError
from kya.core.instant import Instant
from kya.pki.ca_request import (
    CaKind,
    CaRequest,
    kind_of,
    make_ca_request,
    read_ca_request,
    require_as_asked,
)
from kya.pki.channel import verify_channel_ca
from kya.pki.identity import TrustDomain
from kya.pki.keys import KeyAlgorithm
from kya.pki.path import verify_chain
from kya.pki.pem import X509_CRL, to_pem
from kya.pki.root_list import require_root_list
from kya.pki.signer import Signer
from kya.tlog.policy import Log, Policy
from kya.wiring.installation import (
    AUTHORITY,
    CHANNEL,
    GATEWAY,
    ISSUER,
    LOG,
    ROOT_LIST,
    Opened,
    service,
    store_certificate,
)
from kya.wiring.keys import KeyCabinet
from kya.wiring.root_desk import ROOT, RootNames, RootPapers, new_root

ASKED_FILE: Final = f"{CONFIG_FILE}.asked"

CAS: Final = {CaKind.ISSUING: ISSUER, CaKind.CHANNEL: CHANNEL}
_SERVICES: Final = (
    (Role.AUTHORITY, AUTHORITY, KeyAlgorithm.P256),
    (Role.GATEWAY, GATEWAY, KeyAlgorithm.P256),
    (Role.LOG, LOG, KeyAlgorithm.ED25519),
)


def found(data: Path, config: Config, now: Instant) -> Opened:
    """Return a new installation whose root's key is made here, too.

    It is not needed again until a CA ends: take `keys/root.pem` away and keep it
    elsewhere.
    """
    cabinet = KeyCabinet(data / "keys")
    if cabinet.has(ROOT):
        msg = f"{data}: its founding was interrupted; remove it and start again"
        raise InputError(msg)
    requests = ask(data, config)
    section = config.installation
    names = RootNames(operator=section.operator, common_name=section.root_name)
    root = new_root(cabinet.create(ROOT, KeyAlgorithm.P384), names, now)
    certificates = [root.certify(read_ca_request(each), now) for each in requests]
    return install(data, root.papers, certificates, now)


def ask(data: Path, config: Config) -> tuple[bytes, ...]:
    """Return the PKCS #10 requests of a new installation's CAs, in DER.

    Asked again, the keys are the same ones, and the configuration is the newer one.
    """
    if (data / CONFIG_FILE).exists():
        raise InputError(f"{data}: there is an installation already")
    cabinet = KeyCabinet(data / "keys")
    cabinet.prepare()
    (data / ASKED_FILE).write_text(render_config(config))
    requests: list[bytes] = []
    for kind in CaKind:
        signer = _key(cabinet, CAS[kind], KeyAlgorithm.P256)
        requests.append(make_ca_request(asked_of(config, kind, signer), signer))
    return tuple(requests)


def install(
    data: Path, root: RootPapers, certificates: list[bytes], now: Instant
) -> Opened:
    """Return the installation once both CAs' certificates are what it asked for.

    DistrustError unless they hold under this root, and say what was asked.
    """
    config = _asked_for(data)
    opened = Opened(data=data, config=config, cabinet=KeyCabinet(data / "keys"))
    held = as_asked(opened, certificates)
    verify_channel_ca(held[CaKind.CHANNEL], root.certificate, now)
    require_root_list(root.revocations, root.certificate, now)
    store_certificate(data, ROOT, root.certificate)
    (data / ROOT_LIST).write_bytes(to_pem(X509_CRL, root.revocations))
    for kind, certificate in held.items():
        store_certificate(data, CAS[kind], certificate)
    for role, name, algorithm in _SERVICES:
        signer = _key(opened.cabinet, name, algorithm)
        leaf = service(opened.issuer(), role, name, signer.public_key(), now)
        # The issuing CA is judged by what it issues: the whole chain must hold.
        verify_chain(leaf, [held[CaKind.ISSUING]], root.certificate, now)
        store_certificate(data, name, leaf)
    key = opened.note_signer(LOG).key
    (data / "trust/policy.txt").write_bytes(Policy(logs=(Log(key=key),)).render())
    # Commit point: with its configuration in place the installation exists.
    (data / ASKED_FILE).rename(data / CONFIG_FILE)
    return opened


def as_asked(opened: Opened, certificates: list[bytes]) -> dict[CaKind, bytes]:
    """Return both CAs' certificates by kind, each of which says what was asked for."""
    held = {kind_of(certificate): certificate for certificate in certificates}
    if len(certificates) != len(CaKind) or len(held) != len(CaKind):
        titles = " and ".join(kind.value for kind in CaKind)
        raise InputError(f"certificates: want two: {titles}")
    for kind, certificate in held.items():
        signer = opened.cabinet.open(CAS[kind])
        require_as_asked(certificate, asked_of(opened.config, kind, signer))
    return held


def _asked_for(data: Path) -> Config:
    """Return the configuration that an installation asked with."""
    if (data / CONFIG_FILE).exists():
        raise InputError(f"{data}: there is an installation already")
    if not (data / ASKED_FILE).exists():
        raise InputError(f"{data}: has asked for nothing; want `kya ca request` first")
    return read_config(data, ASKED_FILE)


def asked_of(config: Config, kind: CaKind, signer: Signer) -> CaRequest:
    """Return what an installation asks its root for."""
    section = config.installation
    return CaRequest(
        kind=kind,
        operator=section.operator,
        trust_domain=TrustDomain(section.trust_domain),
        crl_url=section.crl_url,
        public_key=signer.public_key(),
    )


def _key(cabinet: KeyCabinet, name: str, algorithm: KeyAlgorithm) -> Signer:
    """Return the key of this name, made unless an earlier attempt has left it."""
    if cabinet.has(name):
        return cabinet.open(name)
    return cabinet.create(name, algorithm)
