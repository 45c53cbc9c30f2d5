"""The authority's desk: where people are enrolled, and power is granted and taken.

The desk holds the issuing CA and the authority's key, never the gateway's. Its acts
reach the gateway as entries of the log, through the gateway's append endpoint.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from kya.authority import acts
from kya.authority.quorum import Quorum
from kya.authority.revocations import (
    USUAL_CODE,
    Registrar,
    carried_out,
    due_in,
)
from kya.codec.note import SignedNote
from kya.core import tokens
from kya.core.credential import Credential, ReasonCode, Role
from kya.core.errors import InputError
from kya.core.instant import Instant
from kya.core.lifecycle import Act
from kya.core.mandate import Mandate
from kya.core.power_events import RevocationScheduled, StandingChanged
from kya.core.state import State
from kya.pki.keys import KeyAlgorithm
from kya.pki.note_signer import NoteSigner
from kya.pki.request import proven_public_key
from kya.wiring.installation import (
    AUTHORITY,
    Opened,
    service,
    store_certificate,
)
from kya.wiring.log_reader import published_power
from kya.wiring.remote import Holder, Remote

_ELSEWHERE: Final = "holder's own, not known here"
"""What the log says of the custody of a key that only a request was seen of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """The authority of one installation at work against its gateway."""

    opened: Opened
    remote: Remote
    clock: Callable[[], Instant]

    def state(self) -> State:
        """Return what the log says of power, published up to now.

        A scheduled revocation that is due is put on record first.
        """
        state = self._published()
        due = due_in(state, self.clock())
        for credential in due:
            at = self.clock()
            # The gateway's own office may have been faster: the log then says so.
            with suppress(InputError):
                self._revoke(carried_out(credential, at), _holder_of(credential))
        return self._published() if due else state

    def _published(self) -> State:
        """Return the fold of the log's entries about power."""
        return published_power(self.opened.data / "log", self.remote.publish())

    def director(self, name: str) -> NoteSigner:
        """Return the signer of a director, who signs mandates."""
        return self.person(Role.DIRECTOR, name)

    def operator(self, name: str) -> NoteSigner:
        """Return the signer of an operator, who starts agents."""
        return self.person(Role.OPERATOR, name)

    def person(self, role: Role, name: str) -> NoteSigner:
        """Return a person's signer, enrolled on first use (development custody)."""
        tokens.require(tokens.NAME, role.value, name)
        key_name = f"{role.value}-{name}"
        cabinet = self.opened.cabinet
        signer = (
            cabinet.open(key_name)
            if cabinet.has(key_name)
            else cabinet.create(key_name, KeyAlgorithm.P256)
        )
        # The log says who is enrolled: the key may be left of an attempt that failed.
        if _is_enrolled(self.state(), role, name, signer.public_key()):
            return NoteSigner(name, signer)
        issuer, now = self.opened.issuer(), self.clock()
        key = signer.public_key()
        certificate = service(issuer, role, name, key, now)
        store_certificate(self.opened.data, key_name, certificate)
        self._enrol(certificate, acts.custody_text(signer.describe()))
        return NoteSigner(name, signer)

    def person_at_hand(self, role: Role, name: str) -> NoteSigner | None:
        """Return a person's signer, if there is one, without a look at the log."""
        tokens.require(tokens.NAME, role.value, name)
        key_name = f"{role.value}-{name}"
        cabinet = self.opened.cabinet
        return (
            NoteSigner(name, cabinet.open(key_name)) if cabinet.has(key_name) else None
        )

    def enrol_person(self, role: Role, name: str, request: bytes) -> None:
        """Put a person on record under the key that a PKCS #10 request proves."""
        tokens.require(tokens.NAME, role.value, name)
        key, issuer = proven_public_key(request), self.opened.issuer()
        if _is_enrolled(self.state(), role, name, key):
            msg = f"{role.value} {name}: this key is on record already"
            raise InputError(msg)
        certificate = service(issuer, role, name, key, self.clock())
        self._enrol(certificate, _ELSEWHERE)

    def grant(self, note: bytes) -> int:
        """Put a mandate on record that enough directors of this installation signed."""
        section = self.opened.config.mandates
        quorum = Quorum(
            directors=frozenset(section.directors), signatures_min=section.directors_min
        )
        quorum.require(line.name for line in SignedNote.parse(note).signatures)
        return self.remote.append(note)

    def reinstate(self, agent: str, reason: str, operators: Sequence[str]) -> None:
        """Lift the agent's suspension as these operators; it takes two of them."""
        signers = [self.operator(name) for name in operators]
        held = self.remote.holder(agent)
        note = acts.reinstate(held.credential, reason, self.clock(), *signers)
        self.remote.append(note)

    def change(self, agent: str, act: Act, reason: str) -> None:
        """Suspend the agent's credential, or revoke it as is usual."""
        if act is Act.REVOKE:
            self.revoke(agent, USUAL_CODE, reason)
            return
        held = self.remote.holder(agent)
        authority = self.opened.note_signer(AUTHORITY)
        self.remote.append(
            acts.change_standing(authority, held.credential, act, reason, self.clock())
        )

    def revoke(self, agent: str, code: ReasonCode, reason: str) -> None:
        """Revoke the agent's credential and publish the list, in one step.

        Takes no longer for a long log: the next list is the last one and a line.
        """
        held = self.remote.holder(agent)
        event = StandingChanged(
            credential=held.credential,
            act=Act.REVOKE,
            code=code,
            reason=reason,
            at=self.clock(),
        )
        self._revoke(event, held)

    def schedule(self, agent: str, code: ReasonCode, reason: str, due: Instant) -> None:
        """Have the agent's credential refused from `due` on; nobody can cancel it."""
        held, now = self.remote.holder(agent), self.clock()
        if due <= now:
            raise InputError(f"revoke: want an instant to come, got {due}; it is {now}")
        event = RevocationScheduled(
            credential=held.credential, code=code, reason=reason, due=due, at=now
        )
        authority = self.opened.note_signer(AUTHORITY)
        self.remote.append(acts.schedule(authority, event))

    def list_revocations(self) -> None:
        """Publish the complete revocation list anew, before the last one ends."""
        registrar = registrar_of(self.opened)
        last = registrar.last(self.remote.revocation_list())
        self.remote.append(registrar.relist(last, self.clock()))

    def _revoke(self, event: StandingChanged, held: Holder) -> None:
        """Put the revocation and the list it leads to on record."""
        registrar = registrar_of(self.opened)
        last = registrar.last(self.remote.revocation_list())
        self.remote.revoke(*registrar.revoke(event, held.serial, last, held.due))

    def credential_of(self, agent: str) -> Credential:
        """Return the agent's newest credential with its standing."""
        return _newest(self.state(), agent)

    def mandate_of(self, agent: str) -> Mandate:
        """Return the newest mandate on record for the agent."""
        mandates = [
            mandate
            for mandate in self.state().mandates.values()
            if mandate.agent == agent
        ]
        if not mandates:
            msg = f"{agent}: no mandate on record; want `kya mandate sign` first"
            raise InputError(msg)
        return mandates[-1]

    def former_mandate(self, agent: str) -> Mandate | None:
        """Return the mandate that the agent's newest certificate stands under."""
        state = self.state()
        if agent not in state.agents:
            return None
        return state.mandates[_newest(state, agent).granted.mandate]

    def _enrol(self, certificate: bytes, custody: str) -> None:
        """Put a person's certificate on record."""
        authority = self.opened.note_signer(AUTHORITY)
        self.remote.append(acts.enrol(authority, certificate, custody, self.clock()))


def registrar_of(opened: Opened) -> Registrar:
    """Return whoever revokes in this installation; InputError without its keys.

    Both keys are opened at once: to decrypt one takes most of a revocation's time.
    """
    with ThreadPoolExecutor(2, "kya-keys") as pool:
        issuer = pool.submit(opened.issuer)
        authority = pool.submit(opened.note_signer, AUTHORITY)
        return Registrar(issuer=issuer.result(), authority=authority.result())


def _holder_of(credential: Credential) -> Holder:
    """Return what a revocation needs to know of a credential."""
    withdrawal = credential.withdrawal
    return Holder(
        credential=credential.digest,
        serial=credential.serial,
        due=None if withdrawal is None else withdrawal.due,
    )


def _is_enrolled(state: State, role: Role, name: str, spki: bytes) -> bool:
    """Tell whether a certificate for this key, name and role is on record."""
    known = (state.credentials[digest] for digest in state.issued_to.get(name, ()))
    return any(held.role is role and held.spki == spki for held in known)


def _newest(state: State, agent: str) -> Credential:
    """Return the credential issued last to the agent."""
    known = state.agents.get(agent)
    if known is None:
        names = ", ".join(sorted(state.agents)) or "none"
        msg = f"{agent}: no such agent on record; enrolled: {names}"
        raise InputError(msg)
    return state.credentials[known.credential]
