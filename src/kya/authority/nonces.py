"""Nonces that prove a request was signed just now, and for us.

Nothing is kept of a nonce until it is used, so whoever asks for many takes no room. A
nonce says when it ends, under a key that nobody else has.
"""

import hmac
from collections.abc import Callable
from threading import Lock
from typing import Final

from kya.core.errors import TransientError
from kya.core.instant import Instant

NONCE_SECONDS: Final = 60
"""Long enough for a slow key store to sign, and then it is worth nothing."""

NONCES_USED_MAX: Final = 100_000
"""Used nonces that are remembered until they end; only signed requests use one."""

SECRET_BYTES: Final = 32
_CHANCE_BYTES: Final = 16
_END_BYTES: Final = 8
_TAG_BYTES: Final = 16
_NONCE_BYTES: Final = _END_BYTES + _CHANCE_BYTES + _TAG_BYTES


class Nonces:
    """The nonces of one process; another start does not know them."""

    __slots__ = ("_chance", "_lock", "_secret", "_used")

    def __init__(self, chance: Callable[[int], bytes]) -> None:
        """Take the key and each nonce from `chance`, so many random bytes at a time."""
        self._chance = chance
        self._secret = chance(SECRET_BYTES)
        self._used: dict[bytes, int] = {}
        self._lock = Lock()

    def new(self, now: Instant) -> str:
        """Return a nonce that may be used once within NONCE_SECONDS."""
        end = now.plus(seconds=NONCE_SECONDS).micros
        stated = end.to_bytes(_END_BYTES) + self._chance(_CHANCE_BYTES)
        return (stated + self._tag(stated)).hex()

    def objection(self, nonce: str, now: Instant) -> str | None:
        """Return the rule that the nonce breaks, None if it may be used."""
        raw = self._read(nonce)
        if raw is None:
            return "nonce_is_ours"
        if now.micros > _end_of(raw):
            return "nonce_has_not_ended"
        return "nonce_is_unused" if raw in self._used else None

    def use(self, nonce: str, now: Instant) -> str | None:
        """Return the rule that the nonce breaks; None, once, and then never again."""
        with self._lock:
            if (rule := self.objection(nonce, now)) is not None:
                return rule
            if len(self._used) >= NONCES_USED_MAX:
                self._forget(now)
            self._used[bytes.fromhex(nonce)] = _end_of(bytes.fromhex(nonce))
            return None

    def _forget(self, now: Instant) -> None:
        """Forget what has ended; TransientError if that makes no room."""
        ended = [nonce for nonce, end in self._used.items() if end < now.micros]
        for nonce in ended:
            del self._used[nonce]
        if len(self._used) >= NONCES_USED_MAX:
            raise TransientError("channel: too many requests within a minute")

    def _read(self, nonce: str) -> bytes | None:
        """Return the octets of a nonce that we made, None for any other text."""
        try:
            raw = bytes.fromhex(nonce)
        except ValueError:
            return None
        stated, tag = raw[:-_TAG_BYTES], raw[-_TAG_BYTES:]
        is_ours = len(raw) == _NONCE_BYTES and raw.hex() == nonce
        is_ours = hmac.compare_digest(tag, self._tag(stated)) and is_ours
        return raw if is_ours else None

    def _tag(self, stated: bytes) -> bytes:
        """Return what only we can say of an end and its random part."""
        return hmac.digest(self._secret, stated, "sha256")[:_TAG_BYTES]


def _end_of(raw: bytes) -> int:
    """Return when a nonce of ours ends, in microseconds."""
    return int.from_bytes(raw[:_END_BYTES])
