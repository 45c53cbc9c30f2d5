"""Enrolments once more, by plain reading: each certificate uses up a registration."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256

from kya.verify.plain_prices import Fields
from kya.verify.plain_rules import PEOPLE_MIN, signers_in


@dataclass(slots=True)
class PlainEnrolments:
    """The newest registration of each agent, with the digest of its line."""

    open: dict[str, tuple[str, Fields]] = field(
        default_factory=dict[str, tuple[str, Fields]]
    )

    def register(self, said: Fields, line: bytes, raw: bytes) -> Iterator[str]:
        """Remember the newest registration of an agent; yield what is wrong with it."""
        self.open[said["agent"]] = sha256(line).hexdigest(), said
        if len(signers_in(raw)) < PEOPLE_MIN:
            yield "registered by less than two people"

    def use_up(self, said: Fields, agent: str, mandate: str) -> Iterator[str]:
        """Yield where an agent's certificate does not fit its registration."""
        digest, wanted = self.open.pop(agent, ("", {}))
        enrolment = said["enrolment"]
        if not digest or enrolment["registration"] != digest:
            yield "an agent's certificate without a registration"
        elif said["at"] > wanted["expires_at"] or mandate != wanted["mandate"]:
            yield "a certificate outside its registration"
        elif not set(wanted["selectors"]) <= set(enrolment["shown"]):
            yield "not all was shown that two people asked for"
