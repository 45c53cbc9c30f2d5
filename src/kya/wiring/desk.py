"""The authority's desk: where people are enrolled, and power is granted and taken.

The desk holds the issuing CA and the authority's key, never the gateway's. Its acts
reach the gateway as entries of the log, through the gateway's append endpoint.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from kya.authority import acts
from kya.authority.revocations import revocation_list
from kya.core import tokens
from kya.core.credential import Credential, Role
from kya.core.errors import InputError
from kya.core.instant import Instant
from kya.core.lifecycle import Act
from kya.core.mandate import Mandate
from kya.core.state import State
from kya.pki.keys import KeyAlgorithm
from kya.pki.note_signer import NoteSigner
from kya.pki.signer import Custody
from kya.wiring.installation import (
    AUTHORITY,
    Opened,
    service,
    store_certificate,
)
from kya.wiring.log_reader import published_state
from kya.wiring.remote import Remote


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """The authority of one installation at work against its gateway."""

    opened: Opened
    remote: Remote
    clock: Callable[[], Instant]

    def state(self) -> State:
        """Return the fold of the whole log, published up to now."""
        size = self.remote.publish()
        return published_state(self.opened.data / "log", size)

    def director(self, name: str) -> NoteSigner:
        """Return the signer of a director, who signs mandates."""
        return self._person(Role.DIRECTOR, name)

    def operator(self, name: str) -> NoteSigner:
        """Return the signer of an operator, who starts agents."""
        return self._person(Role.OPERATOR, name)

    def _person(self, role: Role, name: str) -> NoteSigner:
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
        certificate = service(issuer, role, name, signer, now)
        store_certificate(self.opened.data, key_name, certificate)
        self._enrol(certificate, signer.describe())
        return NoteSigner(name, signer)

    def grant(self, note: bytes) -> int:
        """Put a mandate that enough directors have signed on record."""
        return self.remote.append(note)

    def reinstate(self, agent: str, reason: str, operators: Sequence[str]) -> None:
        """Lift the agent's suspension as these operators; it takes two of them."""
        signers = [self.operator(name) for name in operators]
        credential = self.remote.credential(agent)
        self.remote.append(acts.reinstate(credential, reason, self.clock(), *signers))

    def change(self, agent: str, act: Act, reason: str) -> None:
        """Suspend or revoke the agent's credential.

        The act comes first and at once; only the complete revocation list that follows
        a revocation needs the whole log.
        """
        credential, now = self.remote.credential(agent), self.clock()
        authority = self.opened.note_signer(AUTHORITY)
        note = acts.change_standing(authority, credential, act, reason, now)
        self.remote.append(note)
        if act is Act.REVOKE:
            self._list_revocations(self.state(), now)

    def list_revocations(self) -> None:
        """Publish the complete revocation list anew, before the last one ends."""
        self._list_revocations(self.state(), self.clock())

    def _list_revocations(self, state: State, now: Instant) -> None:
        """Put the next complete revocation list on record."""
        listing = acts.publish_revocations(
            self.opened.note_signer(AUTHORITY),
            revocation_list(self.opened.issuer(), state, now),
            state.crl_number + 1,
            now,
        )
        self.remote.append(listing)

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

    def _enrol(self, certificate: bytes, custody: Custody) -> None:
        """Put a person's certificate on record."""
        authority = self.opened.note_signer(AUTHORITY)
        where, now = acts.custody_text(custody), self.clock()
        self.remote.append(acts.enrol(authority, certificate, where, now))


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
