"""A baseline as a picture: one panel a feature, in SVG, with nothing to load."""

from typing import Final
from xml.sax.saxutils import escape

from kya.core.features import FEATURES
from kya.core.integer_log import BIT
from kya.core.learned_baseline import LearnedBaseline, NumberTable, WordTable

_WIDTH: Final = 720
_PANEL: Final = 64
_LEFT: Final = 120
_TOP: Final = 40
_ROOM: Final = 14
_HIGH: Final = 12 * BIT
_SHOWN: Final = 24


def picture(baseline: LearnedBaseline) -> str:
    """Return the SVG document: the higher a bar, the more usual the value."""
    panels = [
        _panel(feature.name, table, _TOP + number * (_PANEL + _ROOM))
        for number, (feature, table) in enumerate(
            zip(FEATURES, baseline.tables.pooled, strict=True)
        )
    ]
    height = _TOP + len(panels) * (_PANEL + _ROOM)
    title = escape(f"{baseline.subject.agent}: {baseline.orders} orders")
    opening = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}"'
        ' font-family="sans-serif" font-size="12">'
    )
    return "\n".join([
        opening,
        f"<title>{title}</title>",
        f'<rect width="{_WIDTH}" height="{height}" fill="#fff"/>',
        f'<text x="10" y="24" font-size="15">{title}; higher is more usual</text>',
        *panels,
        "</svg>\n",
    ])  # fmt: skip


def _panel(name: str, table: WordTable | NumberTable, top: int) -> str:
    """Return one feature's bars."""
    if isinstance(table, WordTable):
        pairs = sorted(table.words.items(), key=lambda pair: (pair[1], pair[0]))
        bars = [(word, bits) for word, bits in pairs[:_SHOWN] if bits < table.novel]
    else:
        bars = [("", bits) for bits in table.cells]
    step = (_WIDTH - _LEFT - 20) / max(1, len(bars))
    drawn = [
        f'<text x="10" y="{top + _PANEL // 2}">{escape(name)}</text>',
        f'<path d="M{_LEFT} {top + _PANEL}H{_WIDTH - 20}" stroke="#999"/>',
    ]
    for number, (word, bits) in enumerate(bars):
        high = _PANEL * max(0, _HIGH - bits) // _HIGH
        left = _LEFT + number * step
        drawn.append(
            f'<rect x="{left:.1f}" y="{top + _PANEL - high}" height="{high}"'
            f' width="{max(0.5, step - 0.3):.1f}" fill="#3b6ea5"/>'
        )
        if word:
            drawn.append(
                f'<text x="{left + 3:.1f}" y="{top + 12}" fill="#111">'
                f"{escape(word)}</text>"
            )
    return "\n".join(drawn)
