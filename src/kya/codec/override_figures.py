"""Overrides in a package's report: by whom, why, and what came of the order."""

from dataclasses import dataclass, field

from kya.codec.decisions import DecisionLine
from kya.core.control import ControlOutcome
from kya.core.override import OverrideGranted


@dataclass(slots=True, kw_only=True)
class OverrideFigures:
    """One override, the controls that it set aside, and what came of the order.

    `order` is the order's entry, `outcome` its decision's; None while it is not used.
    """

    entry: int
    granted: OverrideGranted
    order: int | None = None
    outcome: str | None = None
    set_aside: list[str] = field(default_factory=list[str])

    def take(self, index: int, line: DecisionLine) -> None:
        """Note the decision on the order at this entry, if it names this override."""
        if line.override != self.granted.leaf:
            return
        self.order, self.outcome = index, line.outcome
        self.set_aside = [
            control.id
            for control in line.controls
            if control.outcome == ControlOutcome.OVERRIDDEN.value
        ]

    def fields(self) -> dict[str, object]:
        """Return the override as it stands in report.json."""
        override = self.granted.override
        return {
            "at": str(override.at),
            "controls": list(override.controls),
            "entry": self.entry,
            "expires_at": str(override.expires_at),
            "order_entry": self.order,
            "order_line": override.order,
            "outcome": self.outcome or "not used",
            "reason": override.reason,
            "set_aside": self.set_aside,
            "signed_by": list(self.granted.signed_by),
        }
