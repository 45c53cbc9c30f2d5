"""Templates to pages: all is escaped, and a name that is not there is a fault."""

from collections.abc import Callable
from pathlib import Path
from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from kya.console.order_story import score_text
from kya.console.standing import BADNESS, Authority, Behaviour
from kya.core.instant import MICROS_PER_SECOND, Instant

TEMPLATES: Final = Path(__file__).parent / "templates"
_MINUTE: Final = 60
_HOUR: Final = 3_600
_DAY: Final = 86_400
_OUTCOMES: Final = {"allowed": "good", "denied": "bad", "refused": "bad"}


def environment() -> Environment:
    """Return what turns templates into pages."""
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    filters: dict[str, Callable[..., object]] = {
        "when": when,
        "short": short,
        "left": left,
        "score": score_text,
        "mark": mark,
        "outcome_mark": outcome_mark,
        "count": count,
    }
    made.filters.update(filters)  # pyright: ignore[reportUnknownMemberType]
    return made


def when(instant: Instant) -> Markup:
    """Return an instant to the millisecond, in UTC and with the offset."""
    text = str(instant)
    shown = f"{text[:10]} {text[11:23]} +00:00"
    return Markup('<time datetime="{}">{}</time>').format(text, shown)


def mark(value: Authority | Behaviour) -> str:
    """Return how a place on an axis is drawn, beside its word."""
    return BADNESS[value]


def outcome_mark(value: str) -> str:
    """Return how an outcome is drawn, beside its word."""
    return _OUTCOMES.get(value, "none")


def count(number: int) -> str:
    """Return a count in groups of three digits."""
    return f"{number:,}".replace(",", "\N{NARROW NO-BREAK SPACE}")


def short(digest: str) -> str:
    """Return as much of a digest as people compare by eye."""
    return digest[:16]


def left(until: Instant, now: Instant) -> str:
    """Return how long it is until then, in words."""
    seconds = (until.micros - now.micros) // MICROS_PER_SECOND
    if seconds < 0:
        return f"over for {_span(-seconds)}"
    return f"{_span(seconds)} left"


def _span(seconds: int) -> str:
    """Return a time span with its two largest units."""
    if seconds < _MINUTE:
        return f"{seconds} s"
    if seconds < _HOUR:
        return f"{seconds // _MINUTE} min {seconds % _MINUTE:02d} s"
    if seconds < _DAY:
        return f"{seconds // _HOUR} h {seconds % _HOUR // _MINUTE:02d} min"
    return f"{seconds // _DAY} d {seconds % _DAY // _HOUR} h"
