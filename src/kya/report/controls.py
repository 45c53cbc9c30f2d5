"""Controls: which were in force, how often each fired, and what each answers to."""

from typing import Final

from kya.core.checks import CHECKS
from kya.core.checks_overlay import overlay_control
from kya.core.control import Control
from kya.report.examined import Examined
from kya.report.model import Row, Section, Sentence, Table, entries
from kya.report.wording import counted, grouped, listed

_KNOWN: Final = {each.control.id: each.control for each in CHECKS}
_WORDS: Final = {
    "failed": "stopped",
    "warned": "warned of",
    "overridden": "set aside by two people for",
    "cannot_evaluate": "could not be evaluated, and so stopped",
}
_OVERLAY: Final = "overlay."


def controls_section(examined: Examined) -> Section:
    """Return every control that a decision of the period lists."""
    controls = examined.gathered.controls
    names = [name for name in _KNOWN if name in controls]
    names += sorted(controls.keys() - _KNOWN.keys())
    fired = [name for name in names if controls[name].fired]
    said = Sentence(
        f"{counted(len(names), 'control')} were in force, and every order went through"
        f" all of them; {len(fired)} fired: {listed(fired)}. One that did not fire has"
        " measured all the same; each decision has its limit and its value.",
        examined.behind(examined.gathered.orders),
    )
    if not names:
        return Section("Controls", (said,))
    table = Table(
        header=("control", "decisions", "fired", "answers to"),
        widths=(4, 2, 6, 5, 4),
        rows=tuple(_row(name, examined) for name in names),
    )
    return Section("Controls", (said, table))


def _row(name: str, examined: Examined) -> Row:
    """Return one control."""
    figures = examined.gathered.controls[name]
    fired = [
        f"{_WORDS.get(outcome, outcome)} {counted(runs.count, 'order')}"
        for outcome, runs in sorted(figures.fired.items())
    ]
    runs = [str(runs) for _, runs in sorted(figures.fired.items())]
    source = entries(*runs) if runs else examined.whole_log
    cites = _control(name).source
    return Row(
        (name, grouped(figures.listed), "\n".join(fired) or "never", cites), source
    )


def _control(name: str) -> Control:
    """Return a control by its name, an overlay's among them."""
    return _KNOWN.get(name) or overlay_control(name.removeprefix(_OVERLAY))
