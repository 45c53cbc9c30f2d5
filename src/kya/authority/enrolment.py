"""Enrolment: a certificate for whoever was registered by two people, and shows it.

Nobody is believed a name. The agent's name comes from the registration, the scope from
the mandate, the validity from both; of the request only the public key is taken.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from threading import Lock
from typing import Protocol

from kya.authority import acts, ceremony
from kya.authority.attestation import Asked, Attestation, NotAttestedError
from kya.authority.ceremony import Issuer
from kya.authority.nonces import Nonces
from kya.codec.enrolments import EnrolmentRequest, parse_enrolment_request
from kya.codec.note import SignedNote
from kya.codec.statements import Issuance
from kya.core.credential import Standing
from kya.core.enrolment_admission import against_refusal
from kya.core.errors import DistrustError, InputError, MalformedError
from kya.core.instant import Instant
from kya.core.mandate import Mandate
from kya.core.power_events import EnrolmentRefused
from kya.core.registration import Attestor, Enrolment, Registration
from kya.core.state import State
from kya.pki.holders import verifier_key
from kya.pki.note_signer import NoteSigner
from kya.pki.request import proven_public_key


class EnrolmentRefusedError(InputError):
    """No certificate is issued; `rule` is what the request breaks.

    `is_recorded` says whether the log has an entry of it.
    """

    def __init__(self, rule: str, detail: str, *, is_recorded: bool = False) -> None:
        super().__init__(f"enrolment: {rule.replace('_', ' ')}: {detail}")
        self.rule = rule
        self.detail = detail
        self.is_recorded = is_recorded


class Record(Protocol):
    """The log as the authority reaches it."""

    def state(self) -> State:
        """Return the fold of the whole log, up to now."""
        ...

    def append(self, note: bytes) -> int:
        """Put a note on record; InputError if nothing of the kind may follow."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Authority:
    """Who issues: the CA, the authority's own key, and by what agents are attested."""

    issuer: Issuer
    signer: NoteSigner
    attestations: Mapping[Attestor, Attestation]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """The registration that a token opens, and what follows from it."""

    digest: str
    registration: Registration
    mandate: Mandate
    replaces: str | None


class EnrolmentOffice:
    """Answers requests for agents' certificates; every refusal names its rule."""

    def __init__(
        self,
        authority: Authority,
        record: Record,
        nonces: Nonces,
        clock: Callable[[], Instant],
        new_serial: Callable[[], int],
    ) -> None:
        """Issue upon what this record says."""
        self._authority = authority
        self._record = record
        self._nonces = nonces
        self._clock = clock
        self._new_serial = new_serial
        self._issuing = Lock()

    @property
    def issuer(self) -> bytes:
        """The issuing CA's certificate in DER."""
        return self._authority.issuer.certificate

    def nonce(self) -> str:
        """Return a nonce for one request, soon."""
        return self._nonces.new(self._clock())

    def enrol(self, raw: bytes) -> bytes:
        """Return the certificate in DER that a signed request gets, on record.

        MalformedError: no request. EnrolmentRefusedError: one that gets nothing.
        TransientError: not now. May block as long as key store, attestor and log do.
        """
        note = SignedNote.parse(raw)
        request = parse_enrolment_request(note.text)
        if self._nonces.objection(request.nonce, self._clock()) == "nonce_is_ours":
            # Before the log is read: so much costs a stranger's request, and no more.
            raise EnrolmentRefusedError("nonce_is_ours", "ask for a new one")
        digest, registration = _registered(self._record.state(), request.token)
        try:
            return self._enrol(note, request, digest)
        except EnrolmentRefusedError as error:
            recorded = self._record_refusal(registration.agent, digest, error.rule)
            raise EnrolmentRefusedError(
                error.rule, error.detail, is_recorded=recorded
            ) from error

    def _enrol(self, note: SignedNote, request: EnrolmentRequest, digest: str) -> bytes:
        """Return the certificate of a request whose token is known."""
        _refuse_if(self._nonces.use(request.nonce, self._clock()), "ask for a new one")
        state = self._record.state()
        found = self._found(state, request, digest)
        key = _proven_key(note, request, state)
        shown = self._shown(found, request, key)
        # One at a time, and the log looked at again: a certificate that the log will
        # not take must not be signed.
        with self._issuing:
            found = self._found(self._record.state(), request, digest)
            return self._issue(found, request, shown)

    def _found(self, state: State, request: EnrolmentRequest, digest: str) -> _Found:
        """Return what the registration leads to, now."""
        now = self._clock()
        known = state.registrations[digest]
        registration = known.registration
        mandate = state.mandates[registration.mandate]
        _require_open(registration, now, is_open=known.is_open)
        if request.agent != registration.agent:
            detail = f"the token is {registration.agent}'s, not {request.agent}'s"
            raise EnrolmentRefusedError("agent_is_the_registered_one", detail)
        _require_in_force(state, mandate, now)
        return _Found(
            digest=digest,
            registration=registration,
            mandate=mandate,
            replaces=_replaced(state, registration.agent, now),
        )

    def _shown(
        self, found: _Found, request: EnrolmentRequest, key: bytes
    ) -> tuple[str, ...]:
        """Return what the registration's attestor finds shown, all it asks among it."""
        wanted = found.registration
        attestation = self._authority.attestations.get(wanted.attestor)
        if attestation is None:
            detail = f"this authority has no attestor {wanted.attestor.value}"
            raise EnrolmentRefusedError("attestor_is_at_hand", detail)
        asked = Asked(
            agent=wanted.agent, key=key, nonce=request.nonce, evidence=request.evidence
        )
        try:
            shown = attestation.shown(asked)
        except NotAttestedError as error:
            raise EnrolmentRefusedError("attestor_agrees", str(error)) from error
        missing = sorted(set(wanted.selectors) - set(shown))
        if missing:
            detail = (
                f"want {', '.join(missing)}; shown: {', '.join(shown) or 'nothing'}"
            )
            raise EnrolmentRefusedError("selectors_are_shown", detail)
        return shown

    def _issue(
        self, found: _Found, request: EnrolmentRequest, shown: tuple[str, ...]
    ) -> bytes:
        """Sign the certificate and put it on record."""
        now = self._clock()
        certificate = ceremony.issue_agent(
            self._authority.issuer,
            found.mandate,
            ceremony.HeldKey.proven(request.request, request.custody),
            ceremony.validity_within(found.mandate, self._new_serial(), now),
        )
        issuance = Issuance(
            certificate=certificate,
            custody=request.custody,
            replaces=found.replaces,
            at=now,
            enrolment=Enrolment(
                registration=found.digest,
                attestor=found.registration.attestor,
                shown=shown,
            ),
        )
        # Commit point: a certificate counts once it is an entry, and not before.
        self._record.append(acts.certify(self._authority.signer, issuance))
        return certificate

    def _record_refusal(self, agent: str, digest: str, rule: str) -> bool:
        """Put a refusal on record if the log takes one more; tell whether it is."""
        event = EnrolmentRefused(
            agent=agent, registration=digest, rule=rule, at=self._clock()
        )
        with self._issuing:
            if against_refusal(self._record.state(), event) is not None:
                return False
            self._record.append(acts.refuse(self._authority.signer, event))
        return True


def _registered(state: State, token: str) -> tuple[str, Registration]:
    """Return the registration that a token is of, whether or not it is still open."""
    hashed = sha256(bytes.fromhex(token)).hexdigest()
    for digest, known in state.registrations.items():
        if known.registration.token == hashed:
            return digest, known.registration
    raise EnrolmentRefusedError("token_is_ours", "no registration has this token")


def _require_open(registration: Registration, now: Instant, *, is_open: bool) -> None:
    """Raise unless the token may still be used."""
    if not is_open:
        detail = "it was used, or a newer registration has taken its place"
        raise EnrolmentRefusedError("token_is_unused", detail)
    if now > registration.expires_at:
        detail = f"it has ended at {registration.expires_at}"
        raise EnrolmentRefusedError("token_has_not_ended", detail)


def _require_in_force(state: State, mandate: Mandate, now: Instant) -> None:
    """Raise unless the mandate is the agent's newest and its time is now."""
    own = [held for held in state.mandates.values() if held.agent == mandate.agent]
    if own[-1] != mandate:
        detail = "the board has granted another one since; register the agent anew"
        raise EnrolmentRefusedError("mandate_is_the_newest", detail)
    if not mandate.valid_from <= now <= mandate.valid_until:
        detail = f"{now} is not in {mandate.valid_from} to {mandate.valid_until}"
        raise EnrolmentRefusedError("mandate_is_in_force", detail)


def _replaced(state: State, agent: str, now: Instant) -> str | None:
    """Return the certificate that a new one takes the place of; none may be active."""
    known = state.agents.get(agent)
    if known is None:
        return None
    former = state.credentials[known.credential]
    # X.509 has whole seconds: the new one must not begin in the last of the former's.
    is_over = now >= former.not_after.plus(seconds=1)
    if former.standing is not Standing.REVOKED and not is_over:
        detail = f"{agent} has one until {former.not_after}; revoke it first"
        raise EnrolmentRefusedError("no_certificate_is_active", detail)
    return former.digest


def _proven_key(note: SignedNote, request: EnrolmentRequest, state: State) -> bytes:
    """Return the new key that signed both the PKCS#10 request and, now, the note."""
    try:
        spki = proven_public_key(request.request)
    except (MalformedError, InputError) as error:
        raise EnrolmentRefusedError("key_is_p256", str(error)) from error
    except DistrustError as error:
        raise EnrolmentRefusedError("key_is_possessed", str(error)) from error
    key = verifier_key(request.agent, spki)
    named = [(line.name, line.key_id) for line in note.signatures]
    if named != [(key.name, key.key_id)] or not key.verifies(
        note.text, note.signatures[0].value
    ):
        detail = f"want the signature of {key.name} ({key.key_id.hex()}) alone"
        raise EnrolmentRefusedError("key_has_signed_the_nonce", detail)
    if any(spki == held.spki for held in state.credentials.values()):
        detail = "a certificate for this key is on record; want a new key"
        raise EnrolmentRefusedError("key_is_new", detail)
    return spki


def _refuse_if(rule: str | None, detail: str) -> None:
    """Raise if a rule is broken."""
    if rule is not None:
        raise EnrolmentRefusedError(rule, detail)
