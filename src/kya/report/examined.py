"""What the report is made of: the examination, what was counted, and the log's size."""

from dataclasses import dataclass

from kya.codec.figures import Runs
from kya.codec.tally import AgentTally, Tally
from kya.report.gathered import Gathered
from kya.report.model import Source, entries
from kya.verify.examination import Examination
from kya.verify.steps.s1_log import Pass


@dataclass(frozen=True, slots=True)
class Examined:
    """An examination of a log that could be read, with the report's own counts."""

    examination: Examination
    found: Pass
    gathered: Gathered

    @property
    def tally(self) -> Tally:
        """The verifier's own tally."""
        return self.found.reexecution.tally

    @property
    def agents(self) -> dict[str, AgentTally]:
        """The agents that the package is about, by name."""
        return self.tally.selected()

    @property
    def whole_log(self) -> Source:
        """Every entry that was read: what a count of nothing rests on."""
        last = self.tally.size - 1
        return entries(f"0-{last}" if last > 0 else "0")

    def behind(self, runs: Runs) -> Source:
        """Return the entries of a count, or the whole log if it counts nothing."""
        return entries(runs) if runs.count else self.whole_log
