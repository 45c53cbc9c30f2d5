"""A runtime: which bytes an agent is made of, component by component."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Self

from kya.core import tokens
from kya.core.errors import MalformedError
from kya.core.limits import RUNTIME_COMPONENTS_MAX

COMPONENT: Final = re.compile(r"[a-z][a-z0-9_]{0,15}", re.ASCII)
"""What a component may be called: `image`, `code`, `model`."""


@dataclass(frozen=True, slots=True)
class Runtime:
    """The SHA-256 of each component by its name, sorted by name, each name once."""

    components: tuple[tuple[str, str], ...]

    def __post_init__(self) -> None:
        """Refuse other spellings and more components than anybody would read."""
        names = [name for name, _ in self.components]
        if len(names) > RUNTIME_COMPONENTS_MAX:
            msg = (
                f"runtime: want at most {RUNTIME_COMPONENTS_MAX} components,"
                f" got {len(names)}"
            )
            raise MalformedError(msg)
        for name, digest in self.components:
            tokens.require(COMPONENT, "runtime", name)
            tokens.require(tokens.DIGEST, name, digest)
        if sorted(set(names)) != names:
            msg = "runtime: want the components sorted by name, each once"
            raise MalformedError(msg)

    @classmethod
    def of(cls, digests: Mapping[str, str]) -> Self:
        """Return the runtime of these digests by component."""
        return cls(tuple(sorted(digests.items())))

    def __str__(self) -> str:
        """Render as `code=… model=…`, or `nothing`."""
        return " ".join([f"{name}={digest}" for name, digest in self.components]) or (
            "nothing"
        )
