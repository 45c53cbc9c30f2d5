"""Overlays: policies in a firm's own words, which may only forbid.

They are asked last, and only about an order that every control lets pass; what they say
is an input of the decision, as prices are, and stands in it. Nothing that a policy says
lets an order pass that a control stops.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Final, NamedTuple, TypeAlias

from kya.core import tokens
from kya.core.errors import MalformedError
from kya.core.instant import Instant
from kya.core.limits import OVERLAY_CHARS_MAX, OVERLAY_POLICIES_MAX

_LAID_OUT: Final = frozenset("\n\t")


class Engine(Enum):
    """The languages in which a policy may be written, by what evaluates them."""

    CEDAR = "cedar"
    REGO = "rego"


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """A policy's text, its SHA-256, and what evaluates it in which release.

    ASCII alone, so that what people read is what the engine reads: no letter that looks
    like another one, no text that runs backwards.
    """

    engine: Engine
    version: str
    text: str
    digest: str

    def __post_init__(self) -> None:
        """Refuse a text that is empty, too long, or not what it looks like."""
        tokens.require(tokens.TOKEN, "version", self.version)
        tokens.require(tokens.DIGEST, "digest", self.digest)
        seen = set(self.text) - _LAID_OUT
        plain = self.text.isascii() and "".join(seen).isprintable()
        if not (plain and 1 <= len(self.text) <= OVERLAY_CHARS_MAX):
            msg = f"policy: want 1 to {OVERLAY_CHARS_MAX} characters of printable ASCII"
            raise MalformedError(msg)


@dataclass(frozen=True, slots=True, kw_only=True)
class Overlay:
    """What is asked under this name from now on; without a policy, nothing is."""

    name: str
    policy: Policy | None
    reason: str
    at: Instant

    def __post_init__(self) -> None:
        """Refuse a name that no control can have."""
        tokens.require(tokens.OVERLAY, "name", self.name)
        tokens.require_text("reason", self.reason)


@dataclass(frozen=True, slots=True, kw_only=True)
class OverlayOrdered:
    """An overlay is on record, and who signed."""

    signed_by: tuple[str, ...]
    overlay: Overlay

    @property
    def at(self) -> Instant:
        """From when on, as its signers say."""
        return self.overlay.at


class Verdict(Enum):
    """What came of asking: allow or deny, or why there is no such answer.

    LATE: none within the time. ABSENT: the engine is not there in that release. FAILED:
    it broke, or said something that is neither.
    """

    ALLOW = "allow"
    DENY = "deny"
    LATE = "late"
    ABSENT = "absent"
    FAILED = "failed"


class Said(NamedTuple):
    """A verdict, and the ids of the policies that forbade, sorted, each once."""

    verdict: Verdict
    policies: tuple[str, ...] = ()


Ask: TypeAlias = Callable[[Policy, bytes], Said]
"""Whoever can put a question, one line of JSON, to a policy's engine; never raises."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OverlayAnswer:
    """What one overlay said of one order: by which text, engine and release."""

    name: str
    digest: str
    engine: Engine
    version: str
    said: Said

    def __post_init__(self) -> None:
        """Refuse policies that forbid where the answer is no denial."""
        tokens.require(tokens.OVERLAY, "name", self.name)
        tokens.require(tokens.DIGEST, "policy", self.digest)
        tokens.require(tokens.TOKEN, "version", self.version)
        require_sayable(self.said)

    @classmethod
    def of(cls, name: str, policy: Policy, said: Said) -> "OverlayAnswer":
        """Return what this policy said."""
        return cls(
            name=name,
            digest=policy.digest,
            engine=policy.engine,
            version=policy.version,
            said=said,
        )

    def is_of(self, policy: Policy) -> bool:
        """Tell whether this very text was asked, in this engine and release."""
        return (self.digest, self.engine, self.version) == (
            policy.digest,
            policy.engine,
            policy.version,
        )


def require_sayable(said: Said) -> None:
    """Raise unless the policies are ids, and stand where the answer is a denial."""
    verdict, policies = said
    for each in policies:
        tokens.require(tokens.TOKEN, "forbidden_by", each)
    in_order = policies == tuple(sorted(set(policies)))
    if not in_order or len(policies) > OVERLAY_POLICIES_MAX:
        msg = f"forbidden_by: want at most {OVERLAY_POLICIES_MAX}, sorted, each once"
        raise MalformedError(msg)
    if policies and verdict is not Verdict.DENY:
        msg = f"forbidden_by: want none with the verdict {verdict.value}"
        raise MalformedError(msg)


class AskedOverlay(NamedTuple):
    """An overlay in force, and what it said of the order, if it was asked."""

    name: str
    policy: Policy
    answer: OverlayAnswer | None = None


def asked_of(
    overlays: Mapping[str, OverlayOrdered], answers: tuple[OverlayAnswer, ...]
) -> tuple[AskedOverlay, ...]:
    """Return the overlays in force, by name, each with its answer among these."""
    if not overlays:  # Most gateways have none, and an order's way is microseconds.
        return ()
    given = {answer.name: answer for answer in answers}
    return tuple(
        [
            AskedOverlay(name, event.overlay.policy, given.get(name))
            for name, event in sorted(overlays.items())
            if event.overlay.policy is not None
        ]
    )
