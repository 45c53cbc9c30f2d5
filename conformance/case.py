"""One case: a package, what its verifier brings, and which questions must not HOLD."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from tests.verify.packages import Handed


@dataclass(frozen=True, kw_only=True)
class Given:
    """What a verifier is handed: a folder or an archive, and its own copies.

    `since` is a held checkpoint up to which it has verified the log before;
    `authorities` are roots of those whose time stamps it believes.
    """

    package: Path
    root: bytes
    policy: bytes | None
    held: bytes | None = None
    since: bytes | None = None
    authorities: bytes | None = None

    @classmethod
    def of(cls, handed: Handed, held: bytes | None = None) -> "Given":
        """Return a package with root and policy as its verifier has them."""
        package, root, policy = handed.path, handed.root, handed.policy
        return cls(package=package, root=root, policy=policy, held=held)

    def without_policy(self) -> "Given":
        """Return the same, for a verifier that was never given a policy."""
        return replace(self, policy=None)


@dataclass(frozen=True, kw_only=True)
class Case:
    """`make` writes the package below an empty folder; if good, nothing is at stake.

    The numbers are those of the ten questions, and 0 stands for the package itself.
    """

    id: str
    says: str
    at_stake: frozenset[int]
    make: Callable[[Path], Given]
    is_archive: bool = False

    @property
    def is_good(self) -> bool:
        """Tell whether nothing speaks against this package."""
        return not self.at_stake
