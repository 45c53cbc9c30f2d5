"""What was answered just now, so that it opens nothing a second time."""

from hashlib import sha256

from kya.core.instant import Instant


class Answered:
    """Names of challenges, each kept until it would be too old to be answered."""

    def __init__(self, seconds: int) -> None:
        """Keep each for so many seconds after the instant that it is kept with."""
        self._seconds = seconds
        self._at: dict[str, Instant] = {}

    def __len__(self) -> int:
        """How many are kept."""
        return len(self._at)

    def __contains__(self, name: str) -> bool:
        """Tell whether it was answered."""
        return name in self._at

    def add(self, name: str, at: Instant) -> None:
        """Remember that it was answered."""
        self._at[name] = at

    def forget_before(self, now: Instant) -> None:
        """Forget what is too old now."""
        for name, at in tuple(self._at.items()):
            if now > at.later(seconds=self._seconds):
                del self._at[name]


def digest_of(name: str) -> str:
    """Return what a name in a cookie is kept under: what is kept opens nothing."""
    return sha256(name.encode()).hexdigest()
