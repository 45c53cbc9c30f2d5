"""The port behind which somebody besides the agent says where it runs."""

from dataclasses import dataclass
from typing import Protocol

from kya.core.errors import InputError


class NotAttestedError(InputError):
    """What was shown does not hold; asking again with the same will not help."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What an attestor looks at: the request's evidence, and what it is bound to.

    `key` is the SubjectPublicKeyInfo that was proven, `nonce` the authority's own.
    """

    agent: str
    key: bytes
    nonce: str
    evidence: str


class Attestation(Protocol):
    """One way to show where an agent runs."""

    def shown(self, asked: Asked) -> tuple[str, ...]:
        """Return the selectors that hold, sorted; blocks for seconds at most.

        NotAttestedError: it does not hold. TransientError: whoever could say so is out
        of reach or too slow, and nothing is issued meanwhile.
        """
        ...
