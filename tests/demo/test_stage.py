from pathlib import Path

import pytest

from kya.config import read_config, render_config
from kya.core.errors import InputError
from kya.core.scope import DailyMaxPer, Mode
from kya.demo.flow import BREACH, FIRST_LIVE, draw_flow
from kya.demo.seed import SEED
from kya.demo.stage import (
    Stage,
    config_of,
    mandate_of,
    resolution_text,
    scope_of,
)


def test_an_earlier_demonstration_is_cleared(tmp_path: Path) -> None:
    stage = Stage(tmp_path / "out", tmp_path / "clock")
    stage.clear()
    stage.package.mkdir()
    (stage.package / "old").touch()
    (stage.out / "policy.txt").touch()
    stage.clear()
    assert [path.name for path in stage.out.iterdir()] == ["README"]


def test_a_folder_of_somebody_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").touch()
    with pytest.raises(InputError, match="is not empty"):
        Stage(tmp_path, tmp_path / "clock").clear()
    assert (tmp_path / "thesis.txt").exists()


def test_what_is_not_of_the_demonstration_survives_it(tmp_path: Path) -> None:
    stage = Stage(tmp_path, tmp_path / "clock")
    stage.clear()
    (tmp_path / "notes.txt").touch()
    stage.clear()
    assert (tmp_path / "notes.txt").exists()


def test_the_first_live_order_is_live_and_the_day_before_is_not() -> None:
    scope = scope_of(DailyMaxPer.MARKET_AND_SIDE)
    assert scope.mode_at(FIRST_LIVE) is Mode.LIVE
    assert scope.mode_at(FIRST_LIVE.plus(seconds=-86_400)) is Mode.PAPER
    assert scope.mode_at(BREACH) is Mode.LIVE


@pytest.mark.parametrize("per", DailyMaxPer)
def test_the_resolution_says_how_the_daily_maximum_is_counted(per: DailyMaxPer) -> None:
    text = resolution_text(scope_of(per))
    assert ("our own reading" in text) is (per is DailyMaxPer.MARKET_AND_SIDE)
    assert "EUR 25000.00 an order" in text


def test_another_resolution_is_another_mandate() -> None:
    scope = scope_of(DailyMaxPer.AGENT)
    assert mandate_of(scope, b"one") != mandate_of(scope, b"another")


def test_the_planned_time_outs_are_in_the_configuration(tmp_path: Path) -> None:
    flow = draw_flow(SEED)
    config = config_of(flow, None, SEED, "http://127.0.0.1:1/alerts")
    (tmp_path / "kya.toml").write_text(render_config(config))
    read = read_config(tmp_path)
    planned = {flow.orders[seq - 1].client_order_id for seq in flow.timeouts}
    faults = {id_ for venue in read.venues.values() for id_ in venue.faults}
    assert faults == planned
    assert read == config
