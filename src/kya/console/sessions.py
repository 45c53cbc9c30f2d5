"""Who is signed in: challenges, and the sessions that answers to them open.

Kept in memory alone. A session is a random name in a cookie, made when somebody signs
in and never before, so nobody can be given one beforehand; what it may do is asked of
the log at every request, so a certificate that is revoked ends it at once.
"""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, replace
from hmac import compare_digest, digest
from typing import Final

from kya.codec.note import SignedNote
from kya.codec.sign_ins import SignIn, parse_sign_in
from kya.console.answered import Answered, digest_of
from kya.console.limits import (
    CHALLENGE_SECONDS_MAX,
    CHALLENGES_MAX,
    SESSION_IDLE_SECONDS_MAX,
    SESSION_SECONDS_MAX,
    SESSIONS_MAX,
)
from kya.console.reception import Visit
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
    """Challenges that were answered just now, and sessions that are open."""

    def __init__(
        self, origin: str, now: Callable[[], Instant], chance: Callable[[int], bytes]
    ) -> None:
        """Know nobody; `chance` gives so many random bytes."""
        self.origin = origin
        self._now = now
        self._chance = chance
        self._secret = chance(_BYTES)
        self._answered = Answered(CHALLENGE_SECONDS_MAX)
        self._sessions: OrderedDict[str, Session] = OrderedDict()

    def challenge(self, name: str) -> SignIn:
        """Return what the person of this name signs to come in, within a minute.

        Nothing is kept of it, so nobody can ask until others' challenges are forgotten.
        """
        at = self._now()
        return SignIn(
            at=at, challenge=self._made(name, at), console=self.origin, name=name
        )

    def sign_in(
        self, raw: bytes, state: State, visit: Visit | None = None
    ) -> tuple[str, Credential]:
        """Return a new session's name and its person, who has answered a challenge.

        DistrustError, naming the rule, otherwise. A challenge opens one session; with a
        visit, that of its person alone, which ends as if it had begun with it.
        """
        note = SignedNote.parse(raw)
        said, now = parse_sign_in(note.text), self._now()
        self._require_ours(said, now)
        if visit is not None and visit.person != said.name:
            raise DistrustError(
                f"sign-in: {visit.person} has logged in, not {said.name}"
            )
        if [line.name for line in note.signatures] != [said.name]:
            raise DistrustError(f"sign-in: want the signature of {said.name} alone")
        (credential,) = signers_under(note, state, now, _ROLES)
        self._answered.add(said.challenge, said.at)
        name = self._chance(_BYTES).hex()
        self._sessions[digest_of(name)] = Session(
            credential=credential.digest,
            form_token=self._chance(_BYTES).hex(),
            since=now if visit is None else visit.since,
            used_at=now,
        )
        if len(self._sessions) > SESSIONS_MAX:
            self._sessions.popitem(last=False)
        return name, credential

    def _made(self, name: str, at: Instant) -> str:
        """Return the challenge of this name and instant, which only we can make."""
        return digest(self._secret, f"{at} {name}".encode(), "sha256").hex()

    def _require_ours(self, said: SignIn, now: Instant) -> None:
        """Raise unless it answers a challenge of ours, in time and the first time."""
        if said.console != self.origin:
            raise DistrustError(f"sign-in: for {said.console}, and this is another")
        self._answered.forget_before(now)
        is_ours = compare_digest(said.challenge, self._made(said.name, said.at))
        is_in_time = said.at <= now <= said.at.later(seconds=CHALLENGE_SECONDS_MAX)
        if not (is_ours and is_in_time) or said.challenge in self._answered:
            raise DistrustError("sign-in: want our own challenge, at most 60 s old")
        if len(self._answered) >= CHALLENGES_MAX:
            raise DistrustError("sign-in: too many at once; come again in a minute")

    def find(self, name: str, state: State) -> tuple[Session, Credential] | None:
        """Return the session and its person, if both are still good now."""
        key, now = digest_of(name), self._now()
        session = self._sessions.get(key)
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
            del self._sessions[key]
            return None
        return session, credential

    def used(self, name: str) -> None:
        """Remember that the person has asked for something just now."""
        key = digest_of(name)
        known = self._sessions.get(key)
        if known is not None:
            self._sessions[key] = replace(known, used_at=self._now())

    def end(self, name: str) -> None:
        """Forget the session."""
        self._sessions.pop(digest_of(name), None)
