"""The overlays asked again, where their engines are installed.

A decision is made again from the answers that it carries, whoever gave them. Whether a
policy says so, only its engine can tell; what nobody here could ask is said in words.
"""

from collections import Counter
from dataclasses import dataclass, field
from typing import Final

from kya.codec.overlay_questions import question_of
from kya.core.decision import Decision
from kya.core.overlay import Ask, AskedOverlay, OverlayAnswer, Said, Verdict
from kya.verify.finding import Findings

_PLAIN: Final = frozenset({Verdict.ALLOW, Verdict.DENY})


@dataclass(slots=True)
class OverlaysAgain:
    """Counts the answers that came out again, and those that nobody could ask for."""

    ask: Ask | None
    findings: Findings
    same: int = 0
    taken: Counter[str] = field(default_factory=Counter[str])

    def take(self, index: int, decision: Decision) -> None:
        """Ask about the order of this decision, which stands in this entry."""
        for asked in decision.case.overlays:
            answer = asked.answer
            if answer is None or answer.said.verdict not in _PLAIN:
                continue  # No answer that an engine gave: the order was denied.
            if answer.is_of(asked.policy):
                self._compare(index, asked, answer, self._said(asked, decision))

    def _said(self, asked: AskedOverlay, decision: Decision) -> Said:
        question = question_of(decision)
        if self.ask is None or question is None:
            return Said(Verdict.ABSENT)
        return self.ask(asked.policy, question)

    def _compare(
        self, index: int, asked: AskedOverlay, answer: OverlayAnswer, again: Said
    ) -> None:
        what = f"overlay {asked.name} ({answer.engine.value} {answer.version})"
        if again == answer.said:
            self.same += 1
        elif again.verdict not in _PLAIN:
            self.taken[f"{what}, which is {again.verdict.value} here"] += 1
        else:
            was, is_now = (_in_words(said) for said in (answer.said, again))
            sentence = f"{what} is said to {was}; asked again, it says {is_now}"
            self.findings.fails(5, f"entry {index}", sentence)

    def conclude(self) -> None:
        """Say what was asked again, and what was taken as it is recorded."""
        for what, count in sorted(self.taken.items()):
            self.findings.unknown(
                5, f"answers taken as they are recorded: {count} of {what}"
            )
        if self.same and not self.findings.failed(5):
            self.findings.holds(
                5, f"answers of overlays: {self.same}, each given again by its engine"
            )


def _in_words(said: Said) -> str:
    return " ".join([said.verdict.value, *said.policies])
