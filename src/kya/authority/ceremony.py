"""The ceremonies that make certificates: root, issuing CA, and everybody below.

Each takes its serial number and its instants from the caller, so that a ceremony can be
repeated and checked. Times are whole seconds, as X.509 has no others.
"""

from dataclasses import dataclass, replace
from typing import Final, Self

from kya.codec import canonical, mandates, scopes
from kya.core.credential import Role
from kya.core.errors import InputError
from kya.core.instant import MICROS_PER_SECOND, Instant
from kya.core.limits import TEXT_CHARS_MAX
from kya.core.mandate import Mandate
from kya.pki.ca_request import CaKind, ca_name
from kya.pki.certificate import not_after, parse_certificate, public_key_of
from kya.pki.crl import RevocationContents, issue_crl
from kya.pki.identity import SpiffeId, TrustDomain
from kya.pki.issuance import (
    Basics,
    IssuingRequest,
    LeafRequest,
    Request,
    RootRequest,
    issue,
    prepare,
)
from kya.pki.lint import lint
from kya.pki.request import proven_public_key
from kya.pki.scope_extension import AgentScope
from kya.pki.signer import Signer

ROOT_SECONDS: Final = 3_650 * 86_400
ISSUER_SECONDS: Final = 1_095 * 86_400
LEAF_SECONDS: Final = 365 * 86_400

_SOME_SERIAL: Final = 1 << 127
"""Stands in a certificate that is judged and never signed."""

_LONGEST_CUSTODY: Final = "?" * TEXT_CHARS_MAX
"""As above: what is issued later says no more than this."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Installation:
    """What every certificate of one installation shares.

    Without an `ocsp_url` certificates name no responder.
    """

    operator: str
    trust_domain: TrustDomain
    crl_url: str
    ocsp_url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Issuer:
    """The issuing CA: its certificate in DER, its key, and its installation."""

    installation: Installation
    certificate: bytes
    signer: Signer


@dataclass(frozen=True, slots=True, kw_only=True)
class Validity:
    """A certificate's serial number and its first and last valid second."""

    serial: int
    not_before: Instant
    not_after: Instant

    @classmethod
    def lasting(cls, serial: int, start: Instant, seconds: int) -> "Validity":
        """Return the validity of so many seconds from the whole second of `start`."""
        first = _whole_second(start)
        return cls(
            serial=serial, not_before=first, not_after=first.plus(seconds=seconds - 1)
        )

    def until(self, end: Instant) -> "Validity":
        """Return the validity, ending at this whole second where it would later."""
        return replace(self, not_after=min(self.not_after, end))


def validity_within(mandate: Mandate, serial: int, now: Instant) -> Validity:
    """Return 365 days from now, cut to what the mandate allows, in whole seconds."""
    lasting = Validity.lasting(serial, now, LEAF_SECONDS)
    begins, ends = mandate.valid_from, mandate.valid_until
    return Validity(
        serial=serial,
        not_before=max(lasting.not_before, _whole_second(begins.plus(micros=999_999))),
        not_after=min(lasting.not_after, _whole_second(ends)),
    )


@dataclass(frozen=True, slots=True)
class HeldKey:
    """A public key, and where its private key is kept, in words."""

    public_key: bytes
    custody: str

    @classmethod
    def proven(cls, proof: bytes, custody: str) -> Self:
        """Take from a PKCS#10 request only the key that it proves possession of."""
        return cls(proven_public_key(proof), custody)


def found_root(
    signer: Signer, operator: str, common_name: str, validity: Validity
) -> bytes:
    """Return the root's own certificate in DER."""
    request = RootRequest(
        basics=_basics(operator, signer.public_key(), validity),
        common_name=common_name,
    )
    return _issued(request, None, signer)


def found_issuer(
    root: bytes,
    root_signer: Signer,
    issuer_key: bytes,
    installation: Installation,
    validity: Validity,
) -> bytes:
    """Return the issuing CA's certificate in DER, signed by the root."""
    request = IssuingRequest(
        basics=_basics(installation.operator, issuer_key, validity),
        common_name=ca_name(CaKind.ISSUING, installation.operator),
        trust_domain=installation.trust_domain,
        crl_url=installation.crl_url,
    )
    return _issued(request, root, root_signer)


def found_root_list(root: bytes, root_signer: Signer, at: Instant) -> bytes:
    """Return the root's first revocation list in DER, which revokes nothing.

    Without one, tools that check every CA refuse the chain. It lasts as long as the
    root: nobody takes its key out only to say again that nothing is revoked.
    """
    contents = RevocationContents(
        number=1,
        this_update=_whole_second(at),
        next_update=not_after(parse_certificate(root)),
        revocations=(),
    )
    return issue_crl(contents, root, root_signer)


def issue_service(
    issuer: Issuer, role: Role, name: str, public_key: bytes, validity: Validity
) -> bytes:
    """Return the certificate of a service or a director; agents need a mandate."""
    if role is Role.AGENT:
        msg = "certificate: an agent's needs a mandate"
        raise InputError(msg)
    request = LeafRequest(
        basics=_basics(issuer.installation.operator, public_key, validity),
        identity=_identity(issuer.installation, role, name),
        crl_url=issuer.installation.crl_url,
        ocsp_url=issuer.installation.ocsp_url,
    )
    return _issued(request, issuer.certificate, issuer.signer)


def issue_agent(
    issuer: Issuer, mandate: Mandate, key: HeldKey, validity: Validity
) -> bytes:
    """Return the certificate that carries exactly what the mandate grants."""
    request = _agent_request(issuer.installation, mandate, key, validity)
    return _issued(request, issuer.certificate, issuer.signer)


def agent_faults(
    mandate: Mandate, now: Instant, above: tuple[Installation, bytes] | None
) -> tuple[str, ...]:
    """Return why no certificate could be issued under the mandate now; none if one can.

    `above` is the installation and its issuing CA's certificate, which is asked, too.
    """
    validity = validity_within(mandate, _SOME_SERIAL, now)
    if not validity.not_before < validity.not_after:
        times = f"{mandate.valid_from} to {mandate.valid_until}"
        return (f"valid_from, valid_until: {times} leaves a certificate no time",)
    if above is None:
        return ()
    installation, issuer = above
    key = public_key_of(parse_certificate(issuer)).spki
    stand_in = HeldKey(key, _LONGEST_CUSTODY)
    try:
        lint(prepare(_agent_request(installation, mandate, stand_in, validity), issuer))
    except InputError as error:
        return (str(error),)
    return ()


def _agent_request(
    installation: Installation, mandate: Mandate, key: HeldKey, validity: Validity
) -> LeafRequest:
    """Return what a certificate says that carries exactly what the mandate grants."""
    line = mandates.render_mandate(mandate)
    return LeafRequest(
        basics=_basics(installation.operator, key.public_key, validity),
        custody=key.custody,
        identity=_identity(installation, Role.AGENT, mandate.agent),
        crl_url=installation.crl_url,
        ocsp_url=installation.ocsp_url,
        scope=AgentScope(
            policy=scopes.render_scope(mandate.scope),
            mandate_hash=bytes.fromhex(canonical.digest(line)),
        ),
    )


def _basics(operator: str, public_key: bytes, validity: Validity) -> Basics:
    """Return what every certificate says."""
    return Basics(
        operator=operator,
        public_key=public_key,
        serial=validity.serial,
        not_before=validity.not_before,
        not_after=validity.not_after,
    )


def _identity(installation: Installation, role: Role, name: str) -> SpiffeId:
    """Return who the certificate speaks for."""
    return SpiffeId(trust_domain=installation.trust_domain, role=role, name=name)


def _issued(request: Request, above: bytes | None, signer: Signer) -> bytes:
    """Return the linted and signed certificate."""
    return issue(lint(prepare(request, above)), signer)


def _whole_second(instant: Instant) -> Instant:
    """Return the instant without its fraction, as X.509 writes it."""
    return Instant(instant.micros - instant.micros % MICROS_PER_SECOND)
