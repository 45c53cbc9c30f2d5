"""Overlays on the wire: the `kya/overlay/v1` line, and answers in a decision."""

from typing import Final, Literal

import msgspec

from kya.codec import canonical
from kya.codec.enums import by_value
from kya.core.errors import MalformedError
from kya.core.instant import Instant
from kya.core.overlay import (
    Engine,
    Overlay,
    OverlayAnswer,
    Policy,
    Said,
    Verdict,
    require_sayable,
)


class PolicyFields(canonical.Statement, frozen=True, kw_only=True):
    """A policy with its whole text; its digest follows."""

    engine: str
    text: str
    version: str


class OverlayLine(canonical.Statement, frozen=True, kw_only=True):
    """`kya/overlay/v1` on the wire; without a policy the overlay is withdrawn."""

    type_: Literal["kya/overlay/v1"] = msgspec.field(name="_type")
    at: str
    name: str
    policy: PolicyFields | None
    reason: str


class AnswerFields(canonical.Statement, frozen=True, kw_only=True):
    """What one overlay said of an order; `policy` is the SHA-256 of its text."""

    engine: str
    forbidden_by: list[str]
    name: str
    policy: str
    verdict: str
    version: str


OVERLAY_TYPE: Final = "kya/overlay/v1"

_DECODER: Final = msgspec.json.Decoder(OverlayLine)
_ENGINE: Final = by_value("engine", Engine)
_VERDICT: Final = by_value("verdict", Verdict)


def policy_of(engine: Engine, version: str, text: str) -> Policy:
    """Return the policy with this text; MalformedError if it can be none."""
    # What is no ASCII is refused by the policy itself, and needs no digest.
    digest = canonical.digest(text.encode("utf-8", "surrogatepass"))
    return Policy(engine=engine, version=version, text=text, digest=digest)


def parse_overlay(line: bytes) -> Overlay:
    """Return the overlay of the line; MalformedError otherwise."""
    return canonical.read_line(line, _DECODER, "overlay", _overlay_from)


def render_overlay(overlay: Overlay) -> bytes:
    """Return the overlay's line, LF included."""
    policy = overlay.policy
    return canonical.encode_line(
        OverlayLine(
            type_=OVERLAY_TYPE,
            at=str(overlay.at),
            name=overlay.name,
            policy=None if policy is None else policy_fields(policy),
            reason=overlay.reason,
        )
    )


def policy_fields(policy: Policy) -> PolicyFields:
    """Return the policy with its text, as it stands on the wire."""
    return PolicyFields(
        engine=policy.engine.value, text=policy.text, version=policy.version
    )


def _overlay_from(wire: OverlayLine) -> Overlay:
    fields = wire.policy
    return Overlay(
        name=wire.name,
        policy=None
        if fields is None
        else policy_of(_ENGINE(fields.engine), fields.version, fields.text),
        reason=wire.reason,
        at=Instant.parse(wire.at),
    )


def said_of(verdict: str, forbidden_by: list[str]) -> Said:
    """Return what an engine said; what no answer can hold is a failure to answer."""
    try:
        said = Said(_VERDICT(verdict), tuple(sorted(set(forbidden_by))))
        require_sayable(said)
    except MalformedError:
        return Said(Verdict.FAILED)
    return said


def answer_fields(
    answers: tuple[OverlayAnswer, ...],
) -> list[AnswerFields] | msgspec.UnsetType:
    """Return the answers as a decision carries them; where none is, nothing stands."""
    if not answers:
        return msgspec.UNSET
    return [
        AnswerFields(
            engine=answer.engine.value,
            forbidden_by=list(answer.said.policies),
            name=answer.name,
            policy=answer.digest,
            verdict=answer.said.verdict.value,
            version=answer.version,
        )
        for answer in answers
    ]


def answers_from(
    fields: list[AnswerFields] | msgspec.UnsetType,
) -> tuple[OverlayAnswer, ...]:
    """Return the answers of a decision; MalformedError unless sorted by name."""
    if fields is msgspec.UNSET:
        return ()
    names = [answer.name for answer in fields]
    if not names or names != sorted(set(names)):
        msg = "overlays: want at least one, sorted by name, each once"
        raise MalformedError(msg)
    return tuple(
        [
            OverlayAnswer(
                name=answer.name,
                digest=answer.policy,
                engine=_ENGINE(answer.engine),
                version=answer.version,
                said=Said(_VERDICT(answer.verdict), tuple(answer.forbidden_by)),
            )
            for answer in fields
        ]
    )
