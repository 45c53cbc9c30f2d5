"""By what agents are attested: `attestors.toml` in the data directory.

    [kubernetes]
    url = "https://10.0.0.1:6443"
    ca_file = "/etc/kya/cluster-ca.pem"
    token_file = "/var/run/secrets/kya/token"
    audience = "kya"

    [spiffe]
    bundle_file = "/etc/kya/bundle.pem"

    [kms]
    keys = "/etc/kya/keys"

`keys` holds `<agent>.toml` for each agent: where its key lives. Without the file, or
without a table in it, that attestor is not at hand, and nothing is issued upon it.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

import msgspec

from kya.adapters.attest_kms import KmsAttestation
from kya.adapters.attest_kubernetes import Cluster, KubernetesAttestation
from kya.adapters.attest_spiffe import SpiffeAttestation
from kya.adapters.attest_token import TokenAttestation
from kya.authority.attestation import Attestation
from kya.core.errors import InputError
from kya.core.instant import Instant
from kya.core.registration import Attestor
from kya.pki.signer import Signer
from kya.wiring.key_reference import open_reference, read_reference

ATTESTORS_FILE: Final = "attestors.toml"


class _Table(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True): ...


class _Kubernetes(_Table, frozen=True, kw_only=True):
    """The API server, and our own account there."""

    url: str
    ca_file: str
    token_file: str
    audience: str


class _Spiffe(_Table, frozen=True, kw_only=True):
    """The authorities of the workloads' trust domain, in PEM."""

    bundle_file: str


class _Kms(_Table, frozen=True, kw_only=True):
    """The directory that says where each agent's key lives."""

    keys: str


class _Attestors(_Table, frozen=True, kw_only=True):
    """The file."""

    kubernetes: _Kubernetes | None = None
    spiffe: _Spiffe | None = None
    kms: _Kms | None = None


def attestations_of(
    data: Path, clock: Callable[[], Instant]
) -> Mapping[Attestor, Attestation]:
    """Return the attestors of an installation; InputError names what is wrong."""
    found = _read(data / ATTESTORS_FILE)
    at_hand: dict[Attestor, Attestation] = {Attestor.TOKEN: TokenAttestation()}
    if found.kubernetes is not None:
        cluster = Cluster(
            url=found.kubernetes.url,
            ca_file=Path(found.kubernetes.ca_file),
            token_file=Path(found.kubernetes.token_file),
            audience=found.kubernetes.audience,
        )
        at_hand[Attestor.KUBERNETES] = KubernetesAttestation(cluster)
    if found.spiffe is not None:
        pem = _bytes_of(Path(found.spiffe.bundle_file))
        at_hand[Attestor.SPIFFE] = SpiffeAttestation.of_pem(pem, clock)
    if found.kms is not None:
        at_hand[Attestor.KMS] = KmsAttestation(_keys_in(Path(found.kms.keys)))
    return at_hand


def _read(path: Path) -> _Attestors:
    """Return what the file says; nothing where there is none."""
    if not path.exists():
        return _Attestors()
    try:
        return msgspec.toml.decode(_bytes_of(path), type=_Attestors)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: {error}") from error


def _keys_in(directory: Path) -> Callable[[str], Signer | None]:
    """Return the function that opens an agent's key, by the agent's name."""

    def open_key(agent: str) -> Signer | None:
        path = directory / f"{agent}.toml"
        if not path.exists():
            return None
        return open_reference(read_reference(_bytes_of(path), str(path)))

    return open_key


def _bytes_of(path: Path) -> bytes:
    """Return what the file holds; InputError if it cannot be read."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})") from error
