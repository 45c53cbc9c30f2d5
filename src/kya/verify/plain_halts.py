"""Halts once more, by plain reading: where trading is stopped, and who started it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final

from kya.verify.plain_prices import Fields
from kya.verify.plain_rules import PEOPLE_MIN, signers_in

HALT_KINDS: Final = frozenset({"kya/halt/v1", "kya/resume/v1", "kya/rearm/v1"})


@dataclass(slots=True)
class PlainHalts:
    """What is stopped, by the place as it is written: the halt and its leaf hash."""

    stopped: dict[str, tuple[str, Fields]] = field(
        default_factory=dict[str, tuple[str, Fields]]
    )
    resumed: dict[str, str] = field(default_factory=dict[str, str])
    rearmed: dict[tuple[str, str], str] = field(
        default_factory=dict[tuple[str, str], str]
    )

    def take(self, said: Fields, raw: bytes) -> Iterator[str]:
        """Follow what people say; yield what is wrong with it, as far as that shows."""
        kind = said["_type"]
        if kind == "kya/halt/v1":
            yield from self._take_halt(said, sha256(b"\x00" + raw).hexdigest())
            return
        if len(signers_in(raw)) < PEOPLE_MIN:
            yield "started again by less than two people"
        if kind == "kya/resume/v1":
            yield from self._take_resume(said)
        else:
            yield from self._take_rearming(said)

    def reasons_upon(self, order: Fields, scope: Fields) -> set[str]:
        """Return what speaks against an order where it would go."""
        if not self.stopped:
            return set()
        places = {
            "firm",
            f"agent:{order['agent']}",
            f"desk:{scope.get('limits', {}).get('desk', '')}",
            f"market:{order['market']}",
            f"venue:{order['venue']}",
        }
        states = {self.stopped[at][1]["state"] for at in places & self.stopped.keys()}
        if "halted" in states:
            return {"halt.halted"}
        return {"halt.reducing"} if states else set()

    def halted(self) -> set[str]:
        """Return the places at which nothing may leave."""
        found = self.stopped.items()
        return {at for at, (_, said) in found if said["state"] == "halted"}

    def _take_halt(self, said: Fields, leaf: str) -> Iterator[str]:
        place = said["place"]
        former = self.stopped.get(place, ("", {"at": "", "state": ""}))[1]
        self.stopped[place] = leaf, said
        if said["at"] <= max(former["at"], self.resumed.get(place, "")):
            yield "a halt that is on record already, or older than what is"
        if (former["state"], said["state"]) == ("halted", "reducing"):
            yield "a halt that is milder than the one in force"

    def _take_resume(self, said: Fields) -> Iterator[str]:
        leaf = said["halt"]
        place = next((at for at in self.stopped if self.stopped[at][0] == leaf), None)
        if place is None:
            yield "a resume of no halt in force"
            return
        _, halt = self.stopped.pop(place)
        self.resumed[place] = said["at"]
        if said["at"] <= halt["at"]:
            yield "resumed before it was halted"

    def _take_rearming(self, said: Fields) -> Iterator[str]:
        latch = said["agent"], said["latch"]
        if said["at"] <= self.rearmed.get(latch, ""):
            yield "a re-arming that is on record already"
        self.rearmed[latch] = said["at"]
