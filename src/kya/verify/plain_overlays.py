"""Overlays once more, by plain reading: what is in force, and what its answers mean.

What a policy would say of an order, the scan does not ask: it takes the answer that the
decision carries.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final

from kya.verify.plain_decisions import OVERLAY, objections, passes_all_else
from kya.verify.plain_prices import Fields, PlainPrices
from kya.verify.plain_rules import Seen

OVERLAY_KINDS: Final = frozenset({"kya/overlay/v1"})


@dataclass(slots=True)
class PlainOverlays:
    """The newest overlay of each name, withdrawn ones too."""

    newest: dict[str, Fields] = field(default_factory=dict[str, Fields])

    def take(self, said: Fields, signed_by: int) -> Iterator[str]:
        """Put an overlay in force; yield what is wrong with it, if that shows."""
        former = self.newest.get(said["name"])
        self.newest[said["name"]] = said
        if former is not None and said["at"] <= former["at"]:
            yield "an overlay that is on record already, or older than what is"
        stands = former is not None and former["policy"] is not None
        if said["policy"] is None and not stands:
            yield "an overlay is withdrawn that is not in force"
        if stands and signed_by < 2:  # noqa: PLR2004  two people
            yield "an overlay is changed or withdrawn by less than two people"

    def objections(
        self, prices: PlainPrices, seen: Seen, aside: set[str]
    ) -> Iterator[tuple[int, str]]:
        """Yield in what a decision differs from what the scan and the answers give."""
        yield from objections(prices, seen, aside)
        what = f"plain scan: order {prices.order['agent']} {prices.order['seq']}"
        is_due = passes_all_else(prices, seen, aside)
        for question, sentence in self._objections(prices.said, is_due=is_due):
            yield question, f"{what}{sentence}"

    def _objections(self, said: Fields, *, is_due: bool) -> Iterator[tuple[int, str]]:
        given: list[Fields] = said.get("overlays", [])
        if not (given or self.newest or _names_any(said["controls"])):
            return
        answers = {answer["name"]: answer for answer in given}
        want = [] if not is_due else list(self._controls(answers))
        found = [each for each in said["controls"] if each["id"].startswith(OVERLAY)]
        against = [each["reason"] for each in want if "reason" in each]
        if found != want:
            shown = ", ".join(f"{each['id']} {each['measured']}" for each in want)
            yield 5, f": other overlays than answered, which gives {shown or 'none'}"
        if against and said["outcome"] == "allowed":
            yield 4, f" was allowed against {', '.join(against)}"
        if (against or found) and against != said["reasons"]:
            yield 5, f": its overlays give the reasons {', '.join(against) or 'none'}"
        strange = [name for name in answers if f"{OVERLAY}{name}" not in _ids(want)]
        if strange or said["controls"][len(said["controls"]) - len(found) :] != found:
            yield 5, f": answers or controls out of place: {', '.join(strange)}"

    def _controls(self, answers: dict[str, Fields]) -> Iterator[Fields]:
        """Yield each control as it must stand, by the names in order."""
        for name, overlay in sorted(self.newest.items()):
            if overlay["policy"] is not None:
                measured = _measured(overlay["policy"], answers.get(name))
                yield {
                    "id": f"{OVERLAY}{name}",
                    "limit": "allow",
                    "measured": measured,
                    **_OUTCOMES.get(measured.partition(" ")[0], _UNANSWERED),
                    "unit": "",
                    "version": 1,
                }


_UNANSWERED: Final = {"outcome": "cannot_evaluate", "reason": "overlay.unanswered"}
_OUTCOMES: Final = {
    "allow": {"outcome": "passed"},
    "deny": {"outcome": "failed", "reason": "overlay.forbids"},
}


def _measured(policy: Fields, answer: Fields | None) -> str:
    """Return the answer in words, or why it is none."""
    if answer is None:
        return "no answer"
    asked = (answer["policy"], answer["engine"], answer["version"])
    digest = sha256(policy["text"].encode()).hexdigest()
    if asked != (digest, policy["engine"], policy["version"]):
        return "another policy"
    return " ".join([answer["verdict"], *answer["forbidden_by"]])


def _names_any(controls: list[Fields]) -> bool:
    return any(each["id"].startswith(OVERLAY) for each in controls)


def _ids(controls: list[Fields]) -> list[str]:
    return [control["id"] for control in controls]
