"""The page on policies of one's own, run on the real engines, and its two examples."""

import json
from pathlib import Path

import pytest

from kya.codec import canonical
from kya.core.overlay import Engine, Said, Verdict
from tests.adapters.policies import question, said
from tests.builders import an_order, eur
from tests.surface.blocks import ROOT
from tests.surface.scene import require_that_every_command_agrees

POLICIES = ROOT / "examples" / "policies"
EXAMPLES = {
    Engine.CEDAR: (POLICIES / "house.cedar").read_text("ascii"),
    Engine.REGO: (POLICIES / "house.rego").read_text("ascii"),
}
FORBIDDEN = (
    ("large", {"worth": 1_500_001}),
    ("half_a_day_in_one_market", {"used_in_market_and_side": 24_000_001}),
)


def test_every_command_prints_what_the_page_shows(tmp_path: Path) -> None:
    page = ROOT / "docs" / "how-to" / "add-a-policy.md"
    require_that_every_command_agrees(page, tmp_path)


@pytest.mark.parametrize("engine", Engine)
@pytest.mark.parametrize(("name", "figures"), FORBIDDEN)
def test_the_examples_forbid_what_they_say(
    engine: Engine, name: str, figures: dict[str, int]
) -> None:
    asked = json.loads(question())
    asked["figures"] |= {"worth": 1_000_000, **figures}
    assert said(engine, EXAMPLES[engine], canonical.encode_line(asked)) == Said(
        Verdict.DENY, (name,)
    )


@pytest.mark.parametrize("engine", Engine)
def test_the_examples_allow_the_rest(engine: Engine) -> None:
    small = question(an_order(amount=eur("15000.00")))
    assert said(engine, EXAMPLES[engine], small) == Said(Verdict.ALLOW)
