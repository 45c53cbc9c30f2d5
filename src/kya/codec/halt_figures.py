"""Halts in a package's report: where, by whom, why, and who started trading again."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from kya.core.halt import HaltOrdered, TradingResumed
from kya.core.latch import LatchRearmed


@dataclass(slots=True, kw_only=True)
class HaltFigures:
    """One halt, and what ended it: a resume, or a later halt of the same place."""

    entry: int
    ordered: HaltOrdered
    resumed: tuple[int, TradingResumed] | None = None
    replaced_by: int | None = None

    @property
    def is_in_force(self) -> bool:
        """Whether nothing has ended it."""
        return self.resumed is None and self.replaced_by is None

    def fields(self) -> dict[str, object]:
        """Return the halt as it stands in report.json."""
        halt = self.ordered.halt
        return {
            "at": str(halt.at),
            "entry": self.entry,
            "place": str(halt.place),
            "reason": halt.reason,
            "replaced_by": self.replaced_by,
            "resumed": None if self.resumed is None else _resumed(*self.resumed),
            "signed_by": list(self.ordered.signed_by),
            "state": halt.state.value,
        }


@dataclass(slots=True)
class Halts:
    """Every halt of a log, in its order."""

    all: list[HaltFigures] = field(default_factory=list[HaltFigures])

    def take(self, index: int, event: HaltOrdered | TradingResumed) -> None:
        """Note a halt, or what ended one."""
        in_force = (found for found in self.all if found.is_in_force)
        if isinstance(event, TradingResumed):
            for found in in_force:
                if found.ordered.leaf == event.resume.halt:
                    found.resumed = index, event
            return
        for found in in_force:
            if found.ordered.halt.place == event.halt.place:
                found.replaced_by = index
        self.all.append(HaltFigures(entry=index, ordered=event))

    def about(self, agent: str | None) -> Iterable[HaltFigures]:
        """Return the halts that can concern the agent: all but those of other ones."""
        return (each for each in self.all if each.ordered.halt.place.concerns(agent))


def rearmed_fields(entry: int, event: LatchRearmed) -> dict[str, object]:
    """Return a re-arming as it stands in report.json."""
    rearm = event.rearm
    return {
        "at": str(rearm.at),
        "entry": entry,
        "latch": rearm.latch.value,
        "reason": rearm.reason,
        "signed_by": list(event.signed_by),
    }


def _resumed(entry: int, event: TradingResumed) -> dict[str, object]:
    """Return what lifted a halt, as it stands in report.json."""
    return {
        "at": str(event.resume.at),
        "entry": entry,
        "reason": event.resume.reason,
        "signed_by": list(event.signed_by),
    }
