from xml.etree import ElementTree as ET

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kya.report.chart import PALETTE, svg
from kya.report.model import Chart, Sentence, Series, entries

PLOT = 134.0
"""How high the largest figure is drawn."""

figures = st.lists(st.integers(0, 10**9), min_size=1, max_size=40)


def a_chart(
    *rows: list[int], limit: tuple[str, int] | None = None, said: str = "Orders."
) -> Chart:
    return Chart(
        said=Sentence(said, entries(1)),
        unit="EUR",
        labels=tuple(f"05-{place:02}" for place in range(len(rows[0]))),
        series=tuple(
            Series(name=f"series {tone}", tone=tone, figures=tuple(row))
            for tone, row in enumerate(rows)
        ),
        limit=limit,
    )


def drawn(chart: Chart, tag: str) -> list[ET.Element]:
    root = ET.fromstring(svg(chart))  # noqa: S314  made here
    return [each for each in root.iter() if each.tag.endswith(tag)]


def heights(chart: Chart) -> list[float]:
    bars = [bar.attrib for bar in drawn(chart, "rect")]
    marks = ("9", "9")  # Of the legend, which is as wide as it is high.
    sizes = [(bar["width"], bar["height"]) for bar in bars]
    return [float(height) for width, height in sizes if (width, height) != marks]


def test_bars_are_as_high_as_their_figures() -> None:
    assert heights(a_chart([100, 50, 0], limit=("most", 200))) == [67.0, 33.5]


def test_a_figure_that_is_there_is_seen() -> None:
    assert heights(a_chart([1_000_000, 1])) == [PLOT, 2.0]


def test_a_limit_is_drawn_where_it_is() -> None:
    line = drawn(a_chart([100], limit=("most", 200)), "path")[-1]
    assert line.attrib["d"].startswith("M62 26H")
    assert line.attrib["stroke"] == PALETTE[1]
    texts = [each.text for each in drawn(a_chart([100], limit=("most", 200)), "text")]
    assert "most 200" in texts


def test_series_are_stacked_and_named() -> None:
    chart = a_chart([3, 1], [1, 0])
    bars = [bar for bar in drawn(chart, "rect") if bar.attrib["height"] != "9"]
    first, above, _ = sorted(bars, key=lambda bar: (bar.attrib["x"], -_top(bar)))
    assert _top(above) + float(above.attrib["height"]) == pytest.approx(_top(first))
    texts = {each.text for each in drawn(chart, "text")}
    assert {"series 0", "series 1"} <= texts


def test_one_series_needs_no_legend() -> None:
    assert "series 0" not in svg(a_chart([1]))


def test_labels_are_thinned_where_there_are_many() -> None:
    labels = [t for t in drawn(a_chart([1] * 62), "text") if "05-" in (t.text or "")]
    assert 8 <= len(labels) <= 16


@given(figures, st.none() | st.integers(0, 10**9))
@example([377, 5601], None)
def test_no_bar_leaves_the_plot(row: list[int], limit: int | None) -> None:
    chart = a_chart(row, limit=None if limit is None else ("most", limit))
    assert len(heights(chart)) == sum(1 for figure in row if figure)
    assert all(2.0 <= height <= PLOT for height in heights(chart))
    assert svg(chart) == svg(chart)


def test_a_title_of_any_text_stays_text() -> None:
    said = "</title><script>alert(1)</script> & more"
    (title,) = drawn(a_chart([1], said=said), "title")
    assert title.text == said


def _top(bar: ET.Element) -> float:
    return float(bar.attrib["y"])
