import json
from importlib import resources
from pathlib import Path

import pytest

from kya.codec.citations import citations_in, unknown_citations
from kya.codec.regulations import read_regulations, regulations
from kya.core.checks import CHECKS
from kya.core.errors import CorruptionError
from tests.surface.blocks import ROOT, documents

TABLE = json.loads(
    resources.files("kya.codec").joinpath("regulations.json").read_text("utf-8")
)
TEXTS = (
    *documents(),
    ROOT / "src/kya/codec/perimeter.json",
    ROOT / "src/kya/codec/regulations.json",
    *sorted((ROOT / "src/kya").rglob("*.py")),
)


def changed(part: str, line: dict[str, object], place: int = 0) -> bytes:
    """The table with one line put in, changed in some members."""
    lines = TABLE[part]
    return json.dumps(TABLE | {part: [*lines, lines[place] | line]}).encode()


def test_no_text_cites_what_was_not_reviewed() -> None:
    known = regulations().known()
    found = {
        str(path.relative_to(ROOT)): unknown
        for path in TEXTS
        if (unknown := list(unknown_citations(path.read_text("utf-8"), known)))
    }
    assert found == {}


def test_every_control_answers_to_what_was_reviewed() -> None:
    known, text = regulations().known(), "; ".join(c.control.source for c in CHECKS)
    assert len(list(citations_in(text))) > 40
    assert list(unknown_citations(text, known)) == []


@pytest.mark.parametrize(
    ("text", "cited"),
    [
        ("as RTS 6 Art. 15(1)(a) says", ["15(1)(a)"]),
        ("RTS 6 Art. 15(4)-(5), 17", ["15(4)", "15(5)", "17"]),
        ("RTS 6 Art. 15(4)\u2013(5) and 17 ask", ["15(4)", "15(5)", "17"]),
        ("RTS 6 Art. 16(5); 15(1)(a)", ["16(5)", "15(1)(a)"]),
        ("RTS 6 (Art. 12)", ["12"]),
        ("RTS 6, Article\n8", ["8"]),
        ("MiCA Art. 68, 76, 86 to 89", ["68", "76", "86", "87", "88", "89"]),
        ("MiCA (EU) 2023/1114, Art. 3(1)", ["3(1)"]),
        ("(EU) 2017/565, Art. 10", ["10"]),
        ("SEC 15c3-5(c)(1)(i)", ["(c)(1)(i)"]),
        ("RTS 6 has 28 articles; 15 minutes", []),
    ],
)
def test_citations_are_found(text: str, cited: list[str]) -> None:
    assert [article for _, article in citations_in(text)] == cited


@pytest.mark.parametrize(
    ("text", "unknown"),
    [
        ("RTS 6 Art. 15(1)(e)", ["RTS 6 Art. 15(1)(e)"]),
        ("RTS 6 Art. 12, 99", ["RTS 6 Art. 99"]),
        ("MiCA Art. 67(1)", ["MiCA Art. 67(1)"]),
        ("MiCA Art. 86 to 93", ["MiCA Art. 93"]),
        ("DORA Art. 1", ["DORA Art. 1"]),
        ("as RTS 99 says", ["RTS 99"]),
        ("under (EU) 2099/1", ["(EU) 2099/1"]),
        ("SEC 15c3-5(d)", ["SEC 15c3-5 Art. (d)"]),
        ("RTS 6 Art. 15(1), MiCA Art. 91", []),
    ],
)
def test_what_was_not_reviewed_is_refused(text: str, unknown: list[str]) -> None:
    assert list(unknown_citations(text, regulations().known())) == unknown


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (changed("duties", {}), "two lines"),
        (changed("acts", {}), "two lines"),
        (changed("duties", {"act": "RTS 7", "article": "1 to 2", "title": "x"}), ""),
        (changed("duties", {"act": "Basel", "article": "1"}), "duties of Basel"),
        (
            changed("misread", {"truth": "See MiCA Art. 150."}),
            "cites MiCA Art. 150",
        ),
    ],
)
def test_a_table_that_contradicts_itself_is_not_read(raw: bytes, said: str) -> None:
    if said == "":
        assert ("RTS 7", "2") in read_regulations(raw).known().articles
        return
    with pytest.raises(CorruptionError, match=said):
        read_regulations(raw)


def test_every_line_says_what_is_not_claimed_and_how_sure_it_is() -> None:
    found = regulations()
    assert len(found.duties) > 80
    lines = [duty for duty in found.duties if not (duty.not_claimed and duty.bound)]
    assert lines == []
    assert {duty.certainty for duty in found.duties} == {
        "text read",
        "secondary source",
        "general knowledge",
    }


def test_the_self_assessment_has_a_question_for_each_article() -> None:
    asked = [duty.article for duty in regulations().of("RTS 6") if duty.firm]
    assert [a for a in asked if a.isdigit()] == [str(n) for n in range(1, 19)]


def test_the_table_is_one_line_for_each_duty() -> None:
    path = Path(ROOT / "src/kya/codec/regulations.json")
    lines = path.read_text("ascii").splitlines()
    wanted = sum(len(TABLE[part]) for part in ("acts", "duties", "misread"))
    assert sum(line.startswith("  {") for line in lines) == wanted
