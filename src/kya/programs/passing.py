"""Notes on their way to the gateway: each goes there once, whatever a program repeats.

A token carries a note and gives it no force: whoever has signed it does, and the
gateway asks who that is.
"""

import asyncio
import re
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from kya.api.problems import Problem, ProblemError
from kya.codec import canonical
from kya.console.follow import Follower
from kya.core.errors import MalformedError
from kya.core.instant import Instant
from kya.programs.limits import KEY_CHARS_MAX, KEY_SECONDS_MAX, KEYS_MAX

KEY: Final = re.compile(rf"[A-Za-z0-9._:-]{{1,{KEY_CHARS_MAX}}}", re.ASCII)


@dataclass(slots=True, kw_only=True)
class Attempt:
    """A note under an idempotency key; `entry` is where it stands, once known."""

    leaf: str
    at: Instant
    entry: int | None = None
    is_on_its_way: bool = False


class Passing:
    """Idempotency keys of a day, by token; kept in memory alone."""

    def __init__(self, now: Callable[[], Instant]) -> None:
        """Know none yet."""
        self._now = now
        self._attempts: OrderedDict[tuple[str, str], Attempt] = OrderedDict()

    async def pass_on(self, token: str, key: str, note: bytes, to: Follower) -> int:
        """Return the note's entry once it is durable; an empty key is none.

        A note that is on record already is not sent again. ProblemError for a key of
        another note, or of one that is on its way.
        """
        leaf = canonical.leaf_digest(note)
        if not key:
            return await _sent(note, leaf, to)
        attempt = self._attempt((token, key), leaf)
        if attempt.entry is not None:
            return attempt.entry
        attempt.is_on_its_way = True
        try:
            attempt.entry = await _sent(note, leaf, to)
        finally:
            attempt.is_on_its_way = False
        return attempt.entry

    def _attempt(self, name: tuple[str, str], leaf: str) -> Attempt:
        """Return what is known of the key, which is this note's from now on."""
        self._forget_old()
        known = self._attempts.get(name)
        if known is None:
            known = self._attempts[name] = Attempt(leaf=leaf, at=self._now())
            if len(self._attempts) > KEYS_MAX:
                self._attempts.popitem(last=False)
        if known.leaf != leaf:
            raise ProblemError(_reused())
        if known.is_on_its_way:
            raise ProblemError(_on_its_way())
        return known

    def _forget_old(self) -> None:
        """Forget the keys of more than a day ago; the oldest come first."""
        now = self._now()
        while self._attempts:
            name, oldest = next(iter(self._attempts.items()))
            if now <= oldest.at.later(seconds=KEY_SECONDS_MAX):
                return
            del self._attempts[name]


async def _sent(note: bytes, leaf: str, to: Follower) -> int:
    """Return where the note stands; it is sent unless it stands there already."""
    await to.look()
    known = to.reading.statements.get(leaf)
    if known is not None:
        return known
    # Commit point: what the gateway answers is on record, or is not.
    return await asyncio.to_thread(to.source.append, note)


def key_of(sent: list[str]) -> str:
    """Return the idempotency key of a request's headers; empty where there is none."""
    if not sent:
        return ""
    key = sent[0].strip('"')
    if len(sent) != 1 or KEY.fullmatch(key) is None:
        raise MalformedError(f"idempotency-key: want one, of {KEY.pattern}")
    return key


def _reused() -> Problem:
    """Return the answer to a key that was used for another note."""
    return Problem(
        status=422,
        name="key-reused",
        title="The idempotency key is another note's",
        detail="want a new key for a new note",
    )


def _on_its_way() -> Problem:
    """Return the answer to a repetition that comes before the first answer."""
    return Problem(
        status=409,
        name="key-in-flight",
        title="The same note is on its way",
        detail="ask again in a moment, with the same key and note",
        headers={"retry-after": "1"},
    )
