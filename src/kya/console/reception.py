"""The firm's identity provider at the door: it says who works here today.

A visit is what it has said: a person's name, good for one sign-in with that person's
key. It opens nothing by itself, and a key alone opens nothing where there is a
reception. Of a login on its way nothing is kept, so nobody can make others' be
forgotten.
"""

import re
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from hmac import compare_digest, digest
from typing import Final, Protocol

from kya.console.answered import Answered, digest_of
from kya.console.limits import LOGIN_SECONDS_MAX, SESSION_SECONDS_MAX, VISITS_MAX
from kya.core.errors import DistrustError
from kya.core.instant import Instant

_BYTES: Final = 32
_ERROR: Final = re.compile("[a-z_]{1,64}")
"""The codes of RFC 6749, 4.1.2.1, and those that others have added."""


class IdentityProvider(Protocol):
    """OpenID Connect, as far as the console needs it."""

    @property
    def name(self) -> str:
        """What people know it by."""
        ...

    async def address(self, state: str, nonce: str, verifier: str) -> str:
        """Return where a browser is sent to log in; TransientError if unknown now."""
        ...

    async def person(self, code: str, nonce: str, verifier: str) -> tuple[str, Instant]:
        """Return who has logged in, by the name in signatures, and since when.

        DistrustError if it is nobody of ours, TransientError if nobody can tell now.
        """
        ...

    def require_issuer(self, issuer: str) -> None:
        """Raise DistrustError unless an answer that names this issuer is its own."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """Whom the provider has let in; `since` is when they showed who they are."""

    person: str
    since: Instant


class Reception:
    """Logins that were begun here, and the visits that came of them."""

    def __init__(
        self,
        provider: IdentityProvider,
        now: Callable[[], Instant],
        chance: Callable[[int], bytes],
    ) -> None:
        """Know nobody; `chance` gives so many random bytes."""
        self.name = provider.name
        self._provider = provider
        self._now = now
        self._chance = chance
        self._secret = chance(_BYTES)
        self._answered = Answered(LOGIN_SECONDS_MAX)
        self._visits: OrderedDict[str, Visit] = OrderedDict()

    async def begin(self) -> tuple[str, str]:
        """Return where to go to log in, and the ticket that the browser comes with."""
        begun = f"{self._now().micros}.{self._chance(_BYTES).hex()}"
        ticket = f"{begun}.{self._made('ticket', begun)}"
        address = await self._provider.address(
            ticket, self._made("nonce", ticket), self._made("verifier", ticket)
        )
        return address, ticket

    async def welcome(self, ticket: str, given: dict[str, str]) -> str:
        """Return the name of a new visit; `given` is what the browser comes back with.

        DistrustError, naming the rule, if it did not begin here, in time and the first
        time, or if the provider has let in nobody of ours.
        """
        self._require_ours(ticket, given.get("state", ""))
        if "iss" in given:
            self._provider.require_issuer(given["iss"])
        if "error" in given:
            why = given["error"] if _ERROR.fullmatch(given["error"]) else "no reason"
            raise DistrustError(f"{self.name} has let nobody in: {why}")
        if not given.get("code"):
            raise DistrustError(f"{self.name} has let nobody in: it gave no code")
        person, since = await self._provider.person(
            given["code"],
            self._made("nonce", ticket),
            self._made("verifier", ticket),
        )
        self._answered.add(ticket, self._now())
        name = self._chance(_BYTES).hex()
        self._visits[digest_of(name)] = Visit(person=person, since=since)
        if len(self._visits) > VISITS_MAX:
            self._visits.popitem(last=False)
        return name

    def find(self, name: str) -> Visit | None:
        """Return the visit of this name, while it is good."""
        key = digest_of(name)
        visit = self._visits.get(key)
        if visit is None:
            return None
        if self._now() <= visit.since.later(seconds=SESSION_SECONDS_MAX):
            return visit
        del self._visits[key]
        return None

    def end(self, name: str) -> None:
        """Forget a visit: it has opened a session, or the person has left."""
        self._visits.pop(digest_of(name), None)

    def _made(self, purpose: str, of: str) -> str:
        """Return what only we can make of this."""
        return digest(self._secret, f"{purpose} {of}".encode(), "sha256").hex()

    def _require_ours(self, ticket: str, state: str) -> None:
        """Raise unless this browser began the login here, a moment ago."""
        now = self._now()
        self._answered.forget_before(now)
        begun, _, made = ticket.rpartition(".")
        wanted = self._made("ticket", begun)
        is_ours = compare_digest(made.encode(), wanted.encode())
        if not (is_ours and compare_digest(ticket.encode(), state.encode())):
            raise DistrustError("login: not begun in this browser; begin again")
        at = Instant(int(begun.partition(".")[0]))
        is_in_time = at <= now <= at.later(seconds=LOGIN_SECONDS_MAX)
        if not is_in_time or ticket in self._answered:
            raise DistrustError("login: want one of the last 10 minutes; begin again")
