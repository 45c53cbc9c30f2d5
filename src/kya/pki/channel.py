"""Channel certificates: whose end of a TLS connection this is, for an hour at most.

Made under a CA of their own, bound to one identity certificate, and worth nothing under
an order: neither the issuing CA's profile nor the log knows the channel CA.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from kya.core.errors import DistrustError, InputError
from kya.core.instant import Instant
from kya.pki.certificate import (
    assemble,
    not_after,
    not_before,
    parse_certificate,
    public_key_of,
    trust_domain_of,
)
from kya.pki.channel_builder import (
    ChannelRequest,
    prepare_channel,
    prepare_channel_ca,
)
from kya.pki.channel_profile import CHANNEL_CA, CHANNEL_LEAF
from kya.pki.channel_rules import binding_in, channel_violations, identity_in
from kya.pki.examined import Examined
from kya.pki.identity import SpiffeId, TrustDomain
from kya.pki.issuance import IssuingRequest, issue
from kya.pki.lint import lint
from kya.pki.profile import ROOT
from kya.pki.profile_rules import violations
from kya.pki.signer import Signer, pinned

_NO_SIGNATURE: Final = b"\x30\x00"  # An empty SEQUENCE, where one will stand.


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelAnchor:
    """A channel CA whose certificate holds under the root.

    Minted only in `pki.channel.verify_channel_ca`.
    """

    der: bytes
    trust_domain: TrustDomain
    not_after: Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifiedChannel:
    """A channel certificate that held at one instant, and until when it may.

    `binding` is the SHA-256 of the identity certificate. Whether that one still
    counts is not part of it: ask the log.
    Minted only in `pki.channel.verify_channel`.
    """

    identity: SpiffeId
    binding: str
    fingerprint: str
    not_before: Instant
    not_after: Instant


def found_channel_ca(
    request: IssuingRequest, root: bytes, root_signer: Signer
) -> bytes:
    """Return the channel CA's certificate in DER, signed by the root."""
    return issue(lint(prepare_channel_ca(request, root)), root_signer)


def issue_channel(request: ChannelRequest, ca: bytes, signer: Signer) -> bytes:
    """Return a channel certificate in DER; InputError names every rule it breaks."""
    prepared = prepare_channel(request, ca)
    above = parse_certificate(ca)
    checked = pinned(signer, public_key_of(above).spki)
    algorithm = checked.key.algorithm
    unsigned = parse_certificate(assemble(prepared.tbs, algorithm, _NO_SIGNATURE))
    if found := channel_violations(Examined(unsigned, CHANNEL_LEAF, above)):
        raise InputError("channel certificate: " + "; ".join(found))
    return assemble(prepared.tbs, algorithm, checked.sign(prepared.tbs))


def verify_channel_ca(ca: bytes, root: bytes, at: Instant) -> ChannelAnchor:
    """Return the channel CA if it holds under the root; DistrustError names the rules.

    The chain is these two certificates and no search: its signature is checked under
    the root's key, and both obey their profiles.
    """
    try:
        found, above = parse_certificate(ca), parse_certificate(root)
        broken = [
            *violations(Examined(above, ROOT, above)),
            *violations(Examined(found, CHANNEL_CA, above)),
        ]
        _require(broken)
        public_key_of(above).require(found.tbs_certificate_bytes, found.signature)
        _require_in_force("channel CA", not_before(found), not_after(found), at)
        return ChannelAnchor(
            der=ca, trust_domain=trust_domain_of(found), not_after=not_after(found)
        )
    except InputError as error:
        raise DistrustError(f"channel: {error}") from error


def verify_channel(leaf: bytes, anchor: ChannelAnchor, at: Instant) -> VerifiedChannel:
    """Return what the leaf says if it holds under this channel CA at this instant."""
    try:
        found, above = parse_certificate(leaf), parse_certificate(anchor.der)
        _require(channel_violations(Examined(found, CHANNEL_LEAF, above)))
        public_key_of(above).require(found.tbs_certificate_bytes, found.signature)
        _require_in_force("certificate", not_before(found), not_after(found), at)
        _require_in_force("channel CA", not_before(above), not_after(above), at)
        identity, _ = identity_in(found)
        return VerifiedChannel(
            identity=identity,
            binding=binding_in(found),
            fingerprint=sha256(leaf).hexdigest(),
            not_before=not_before(found),
            not_after=not_after(found),
        )
    except InputError as error:
        raise DistrustError(f"channel: {error}") from error


def _require(broken: Sequence[str]) -> None:
    """Return if no rule is broken; DistrustError names all that are."""
    if broken:
        raise DistrustError("channel: " + "; ".join(broken))


def _require_in_force(what: str, start: Instant, end: Instant, at: Instant) -> None:
    """Return if the instant lies in the period, ends included."""
    if not start <= at <= end:
        raise DistrustError(
            f"channel: {what} is valid: {at} is not in {start} to {end}"
        )
