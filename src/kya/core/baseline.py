"""A baseline: the frozen reference of an agent's normal behaviour."""

from dataclasses import dataclass

from kya.core import tokens


@dataclass(frozen=True, slots=True)
class Baseline:
    """A locked baseline document, named by its SHA-256; a decision says which."""

    digest: str

    def __post_init__(self) -> None:
        """Refuse a digest that is none."""
        tokens.require(tokens.DIGEST, "baseline", self.digest)
