"""The channel issuer: TLS certificates for whoever proves an identity key right now.

It holds the channel CA's key and no other. It asks the log who may have a channel, and
enters nothing in it: a channel certificate gives nobody power over an order.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from kya.authority.ceremony import Installation, Validity
from kya.authority.nonces import Nonces
from kya.codec.channels import ChannelRequest, parse_channel_request
from kya.codec.note import SignedNote
from kya.core.credential import Credential, Role, Standing
from kya.core.errors import InputError, TransientError
from kya.core.instant import Instant
from kya.core.limits import CLOCK_SKEW_MICROS_MAX
from kya.core.state import State
from kya.pki import channel, channel_builder
from kya.pki.ca_request import CaKind, ca_name
from kya.pki.certificate import not_before, parse_certificate
from kya.pki.channel_profile import CHANNEL_ROLES, CHANNEL_SECONDS_MAX
from kya.pki.channel_rules import Host
from kya.pki.holders import verifier_key
from kya.pki.identity import SpiffeId
from kya.pki.issuance import Basics, IssuingRequest
from kya.pki.keys import KeyAlgorithm, PublicKey
from kya.pki.signer import Signer

_BACKDATED_SECONDS: Final = 5
"""Clocks of two machines differ a little; a certificate must count at once."""

_SECONDS_MIN: Final = 2 * _BACKDATED_SECONDS


class ChannelRefusedError(InputError):
    """No certificate is issued; `rule` is what the request breaks."""

    def __init__(self, rule: str, detail: str) -> None:
        super().__init__(f"channel: {rule.replace('_', ' ')}: {detail}")
        self.rule = rule


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelCa:
    """The channel CA: its certificate in DER, its key, and its installation."""

    installation: Installation
    certificate: bytes
    signer: Signer


def found_channel_ca(
    root: bytes,
    root_signer: Signer,
    key: bytes,
    installation: Installation,
    validity: Validity,
) -> bytes:
    """Return the channel CA's certificate in DER, signed by the root."""
    request = IssuingRequest(
        basics=_basics(installation, key, validity),
        common_name=ca_name(CaKind.CHANNEL, installation.operator),
        trust_domain=installation.trust_domain,
        crl_url=installation.crl_url,
    )
    return channel.found_channel_ca(request, root, root_signer)


class ChannelIssuer:
    """Answers requests for channel certificates; every refusal names its rule."""

    def __init__(
        self,
        ca: ChannelCa,
        nonces: Nonces,
        clock: Callable[[], Instant],
        new_serial: Callable[[], int],
        seconds: int = CHANNEL_SECONDS_MAX,
    ) -> None:
        """Issue for so many seconds; InputError unless they are within the hour."""
        if not _SECONDS_MIN <= seconds <= CHANNEL_SECONDS_MAX:
            raise InputError(
                f"channel: want certificates of {_SECONDS_MIN} to"
                f" {CHANNEL_SECONDS_MAX} seconds, got {seconds}"
            )
        self._ca = ca
        self._nonces = nonces
        self._clock = clock
        self._new_serial = new_serial
        self._begun = not_before(parse_certificate(ca.certificate))
        self.seconds = seconds

    @property
    def ca(self) -> bytes:
        """The channel CA's certificate in DER."""
        return self._ca.certificate

    def nonce(self) -> str:
        """Return a nonce for one request, soon."""
        return self._nonces.new(self._clock())

    def certify(self, raw: bytes, state: State) -> bytes:
        """Return the certificate in DER that a signed request asks for.

        MalformedError: no request. ChannelRefusedError: one that gets nothing, by this
        state of the log. TransientError: not yet. May block as long as the CA's key
        store does.
        """
        note = SignedNote.parse(raw)
        request = parse_channel_request(note.text)
        now = self._clock()
        self._require(self._nonces.objection(request.nonce, now), "ask for a new one")
        credential = _credential_in(state, request)
        _require_signature(note, credential)
        _require_standing(credential, now)
        _require_time(request, now)
        _require_key(request, credential)
        # Only now, so that nobody else's bad request uses up a nonce.
        self._require(self._nonces.use(request.nonce, now), "ask for a new one")
        identity = self._identity(credential.role, credential.name)
        until = credential.not_after
        return self._issue(identity, credential.digest, request.key, until=until)

    def certify_gateway(
        self, name: str, binding: str, key: bytes, hosts: tuple[Host, ...]
    ) -> bytes:
        """Return the certificate of a gateway's own end, in DER."""
        identity = self._identity(Role.GATEWAY, name)
        return self._issue(identity, binding, key, hosts=hosts)

    def _issue(
        self,
        identity: SpiffeId,
        binding: str,
        key: bytes,
        *,
        hosts: tuple[Host, ...] = (),
        until: Instant | None = None,
    ) -> bytes:
        """Return the signed certificate, valid from a moment ago, `until` at most."""
        begun = max(self._clock().plus(seconds=-_BACKDATED_SECONDS), self._begun)
        validity = Validity.lasting(self._new_serial(), begun, self.seconds)
        if until is not None and until < validity.not_after:
            validity = replace(validity, not_after=until)
        request = channel_builder.ChannelRequest(
            basics=_basics(self._ca.installation, key, validity),
            identity=identity,
            binding=binding,
            hosts=hosts,
        )
        return channel.issue_channel(request, self._ca.certificate, self._ca.signer)

    def _identity(self, role: Role, name: str) -> SpiffeId:
        """Return who a certificate speaks for."""
        domain = self._ca.installation.trust_domain
        return SpiffeId(trust_domain=domain, role=role, name=name)

    def _require(self, rule: str | None, detail: str) -> None:
        """Raise if a rule is broken."""
        if rule is not None:
            raise ChannelRefusedError(rule, detail)


def _credential_in(state: State, request: ChannelRequest) -> Credential:
    """Return the credential that a request names, if it is the holder's."""
    credential = state.credentials.get(request.credential)
    if credential is None:
        raise ChannelRefusedError("credential_is_on_record", request.credential)
    if credential.name != request.holder:
        detail = f"the certificate is {credential.name}'s, not {request.holder}'s"
        raise ChannelRefusedError("credential_is_the_holders", detail)
    if credential.role not in CHANNEL_ROLES:
        detail = f"{credential.name} is a {credential.role.value}"
        raise ChannelRefusedError("role_may_have_a_channel", detail)
    return credential


def _require_signature(note: SignedNote, credential: Credential) -> None:
    """Raise unless the credential's key, and nobody else, has signed."""
    key = verifier_key(credential.name, credential.spki)
    named = [(line.name, line.key_id) for line in note.signatures]
    if named != [(key.name, key.key_id)]:
        detail = f"want the signature of {key.name} ({key.key_id.hex()}) alone"
        raise ChannelRefusedError("identity_key_has_signed", detail)
    if not key.verifies(note.text, note.signatures[0].value):
        detail = f"the signature of {key.name} does not fit the text"
        raise ChannelRefusedError("identity_key_has_signed", detail)


def _require_standing(credential: Credential, now: Instant) -> None:
    """Raise unless the credential is active and valid."""
    standing = credential.standing_at(now)
    if standing is not Standing.ACTIVE:
        detail = f"{credential.name}'s is {standing.value}"
        raise ChannelRefusedError("credential_is_active", detail)
    start, end = credential.not_before, credential.not_after
    if now < start:
        # Time alone heals this, and a client that has just been enrolled will wait.
        raise TransientError(f"channel: the credential is valid from {start}")
    if now > end:
        detail = f"{now} is not in {start} to {end}"
        raise ChannelRefusedError("credential_is_valid", detail)


def _require_time(request: ChannelRequest, now: Instant) -> None:
    """Raise if the holder's clock and ours are too far apart."""
    apart = abs(request.at.micros - now.micros)
    if apart > CLOCK_SKEW_MICROS_MAX:
        detail = f"the clocks are {apart} us apart, {CLOCK_SKEW_MICROS_MAX} us at most"
        raise ChannelRefusedError("time_is_close_to_ours", detail)


def _require_key(request: ChannelRequest, credential: Credential) -> None:
    """Raise unless the TLS key is P-256 and another one than the identity's."""
    if PublicKey(request.key).algorithm is not KeyAlgorithm.P256:
        raise ChannelRefusedError("channel_key_is_p256", "want a P-256 key")
    if request.key == credential.spki:
        detail = "an identity key signs orders and opens no connection"
        raise ChannelRefusedError("channel_key_is_not_the_identity_key", detail)


def _basics(installation: Installation, key: bytes, validity: Validity) -> Basics:
    """Return what every certificate says."""
    return Basics(
        operator=installation.operator,
        public_key=key,
        serial=validity.serial,
        not_before=validity.not_before,
        not_after=validity.not_after,
    )
