"""Who is signed in: challenges, and the sessions that answers to them open.

Kept in memory alone. A session is a random name in a cookie, made when somebody signs
in and never before, so nobody can be given one beforehand; what it may do is asked of
the log at every request, so a certificate that is revoked ends it at once.
"""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Final

from kya.codec.note import SignedNote
from kya.codec.sign_ins import parse_sign_in
from kya.console.limits import (
    CHALLENGE_SECONDS_MAX,
    CHALLENGES_MAX,
    SESSION_IDLE_SECONDS_MAX,
    SESSION_SECONDS_MAX,
    SESSIONS_MAX,
)
from kya.core.credential import PEOPLE, Credential, Standing
from kya.core.errors import DistrustError
from kya.core.instant import Instant
from kya.core.state import State
from kya.pki.holders import signers_under

_BYTES: Final = 32
_ROLES: Final = tuple(sorted(PEOPLE, key=lambda role: role.value))


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A person signed in under this certificate; `form_token` stands in their forms."""

    credential: str
    form_token: str
    since: Instant
    used_at: Instant


class Sessions:
    """Challenges that wait for an answer, and sessions by the digest of their name."""

    def __init__(
        self, origin: str, now: Callable[[], Instant], chance: Callable[[int], bytes]
    ) -> None:
        """Know nobody; `chance` gives so many random bytes."""
        self.origin = origin
        self._now = now
        self._chance = chance
        self._challenges: OrderedDict[str, Instant] = OrderedDict()
        self._sessions: OrderedDict[str, Session] = OrderedDict()

    def challenge(self) -> str:
        """Return a new challenge, good for one answer within a minute."""
        made = self._chance(_BYTES).hex()
        self._challenges[made] = self._now()
        if len(self._challenges) > CHALLENGES_MAX:
            self._challenges.popitem(last=False)
        return made

    def sign_in(self, raw: bytes, state: State) -> tuple[str, Credential]:
        """Return a new session's name and its person, who has answered a challenge.

        DistrustError, naming the rule, otherwise; the challenge is used up either way.
        """
        note = SignedNote.parse(raw)
        said, now = parse_sign_in(note.text), self._now()
        asked = self._challenges.pop(said.challenge, None)
        if asked is None or now > asked.later(seconds=CHALLENGE_SECONDS_MAX):
            raise DistrustError("sign-in: want our own challenge, at most 60 s old")
        if said.console != self.origin:
            raise DistrustError(f"sign-in: for {said.console}, and this is another")
        if [line.name for line in note.signatures] != [said.name]:
            raise DistrustError(f"sign-in: want the signature of {said.name} alone")
        (credential,) = signers_under(note, state, now, _ROLES)
        name = self._chance(_BYTES).hex()
        self._sessions[_digest(name)] = Session(
            credential=credential.digest,
            form_token=self._chance(_BYTES).hex(),
            since=now,
            used_at=now,
        )
        if len(self._sessions) > SESSIONS_MAX:
            self._sessions.popitem(last=False)
        return name, credential

    def find(self, name: str, state: State) -> tuple[Session, Credential] | None:
        """Return the session and its person, if both are still good now."""
        digest, now = _digest(name), self._now()
        session = self._sessions.get(digest)
        if session is None:
            return None
        credential = state.credentials.get(session.credential)
        is_over = (
            now > session.since.later(seconds=SESSION_SECONDS_MAX)
            or now > session.used_at.later(seconds=SESSION_IDLE_SECONDS_MAX)
            or credential is None
            or credential.standing_at(now) is not Standing.ACTIVE
            or now > credential.not_after
        )
        if is_over or credential is None:
            del self._sessions[digest]
            return None
        return session, credential

    def used(self, name: str) -> None:
        """Remember that the person has asked for something just now."""
        digest = _digest(name)
        known = self._sessions.get(digest)
        if known is not None:
            self._sessions[digest] = replace(known, used_at=self._now())

    def end(self, name: str) -> None:
        """Forget the session."""
        self._sessions.pop(_digest(name), None)


def _digest(name: str) -> str:
    return sha256(name.encode()).hexdigest()
