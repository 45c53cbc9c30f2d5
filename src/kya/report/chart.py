"""A chart as SVG: bars as high as their figures, labels, one line for a limit.

Coordinates are whole tenths of a unit, so the same figures give the same bytes.
"""

from html import escape
from typing import Final

from kya.report.model import Chart
from kya.report.wording import grouped

PALETTE: Final = ("#2f5d8a", "#b3261e", "#c98a1b", "#6b7f94")
"""Allowed, denied, refused, and what is neither: told apart without colour by order."""

_WIDTH: Final = 7_200
_RIGHT: Final = 120
_HEIGHT: Final = 1_900
_LEFT: Final = 620
_TOP: Final = 260
_BOTTOM: Final = 300
_INK: Final = "#333333"
_GRID: Final = "#d9dde2"
_LABELS_MAX: Final = 16
_FONT: Final = "Libertinus Serif, Georgia, serif"


def svg(chart: Chart) -> str:
    """Return the chart as an SVG document of its own."""
    totals = [sum(bar) for bar in zip(*(s.figures for s in chart.series), strict=True)]
    top = max([1, *totals, chart.limit[1] if chart.limit else 0])
    inner = _HEIGHT - _TOP - _BOTTOM
    parts = [_grid(top, chart.unit), _bars(chart, top, inner), _labels(chart)]
    if chart.limit is not None:
        name, value = chart.limit
        y = _HEIGHT - _BOTTOM - value * inner // top
        parts.append(_line(y, PALETTE[1], 12))
        parts.append(_text(_WIDTH, y - 40, f"{name} {grouped(value)}", "end"))
    parts.append(_legend(chart))
    size = f"{_tenths(_WIDTH)} {_tenths(_HEIGHT)}"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size}" role="img"'
        f' font-family="{_FONT}" font-size="11.5" fill="{_INK}">'
        f"<title>{escape(chart.said.text)}</title>{''.join(parts)}</svg>"
    )


def _grid(top: int, unit: str) -> str:
    """Return the base line, the top line, and what they stand for."""
    base = _HEIGHT - _BOTTOM
    return "".join(
        (
            _line(base, _INK, 8),
            _line(_TOP, _GRID, 6),
            _text(_LEFT - 60, base, "0", "end"),
            _text(_LEFT - 60, _TOP + 90, grouped(top), "end"),
            _text(0, 110, unit, "start"),
        )
    )


def _bars(chart: Chart, top: int, inner: int) -> str:
    """Return the bars, the first series at the bottom."""
    step = (_WIDTH - _LEFT - _RIGHT) // max(1, len(chart.labels))
    width = max(10, step * 7 // 10)
    parts: list[str] = []
    for place in range(len(chart.labels)):
        x = _LEFT + place * step + (step - width) // 2
        y = _HEIGHT - _BOTTOM
        for series in chart.series:
            # A figure that is there is seen, however small beside the others.
            high = series.figures[place] * inner // top
            high = max(high, 20) if series.figures[place] else 0
            y -= high
            if high:
                parts.append(
                    f'<rect x="{_tenths(x)}" y="{_tenths(y)}" width="{_tenths(width)}"'
                    f' height="{_tenths(high)}" fill="{PALETTE[series.tone]}"/>'
                )
    return "".join(parts)


def _labels(chart: Chart) -> str:
    """Return the labels below, every so many where there are too many."""
    count = max(1, len(chart.labels))
    step, every = (_WIDTH - _LEFT - _RIGHT) // count, -(-count // _LABELS_MAX)
    return "".join(
        _text(_LEFT + place * step + step // 2, _HEIGHT - 120, label, "middle")
        for place, label in enumerate(chart.labels)
        if place % every == 0
    )


def _legend(chart: Chart) -> str:
    """Return what the colours stand for, where there are several."""
    if len(chart.series) == 1:
        return ""
    parts: list[str] = []
    for place, series in enumerate(chart.series):
        x = _LEFT + place * 1_100
        colour = PALETTE[series.tone]
        parts.append(
            f'<rect x="{_tenths(x)}" y="3" width="9" height="9" fill="{colour}"/>'
        )
        parts.append(_text(x + 140, 110, series.name, "start"))
    return "".join(parts)


def _line(y: int, colour: str, width: int) -> str:
    return (
        f'<path d="M{_tenths(_LEFT)} {_tenths(y)}H{_tenths(_WIDTH)}" stroke="{colour}"'
        f' stroke-width="{_tenths(width)}" fill="none"/>'
    )


def _text(x: int, y: int, text: str, anchor: str) -> str:
    return (
        f'<text x="{_tenths(x)}" y="{_tenths(y)}" text-anchor="{anchor}">'
        f"{escape(text)}</text>"
    )


def _tenths(number: int) -> str:
    """Return a whole number of tenths as a decimal, 12.3 for 123."""
    whole, tenth = divmod(abs(number), 10)
    sign = "-" if number < 0 else ""
    return f"{sign}{whole}.{tenth}" if tenth else f"{sign}{whole}"
