"""What people ask of an agent's host when they register it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from kya.codec import canonical
from kya.codec.mandates import render_mandate
from kya.core.errors import InputError
from kya.core.instant import Instant
from kya.core.mandate import Mandate
from kya.core.registration import Attestor, Registration

TOKEN_SECONDS: Final = 3_600
"""How long a token lasts unless it is said: long enough to carry it to a host."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What an agent's host must show, and for how long its token may be used."""

    attestor: Attestor = Attestor.TOKEN
    selectors: tuple[str, ...] = ()
    seconds: int = TOKEN_SECONDS

    def registration(self, mandate: Mandate, token: str, at: Instant) -> Registration:
        """Return what operators sign; `token` is the SHA-256 of the one-time token."""
        return Registration(
            agent=mandate.agent,
            mandate=canonical.digest(render_mandate(mandate)),
            attestor=self.attestor,
            selectors=self.selectors,
            token=token,
            at=at,
            expires_at=at.plus(seconds=self.seconds),
        )


def read_wanted(texts: Sequence[str], seconds: int = TOKEN_SECONDS) -> Wanted:
    """Return what `kubernetes:namespace=trading` and its like ask for.

    InputError for an attestor that is none, and for two different ones.
    """
    parted = [text.partition(":") for text in texts]
    names = {name for name, _, _ in parted}
    known = {attestor.value: attestor for attestor in Attestor}
    if len(names) != 1 or not names <= known.keys():
        got = ", ".join(sorted(names)) or "none"
        raise InputError(f"attest: want one of {', '.join(known)}; got {got}")
    selectors = tuple(sorted({selector for _, _, selector in parted if selector}))
    return Wanted(attestor=known[names.pop()], selectors=selectors, seconds=seconds)
