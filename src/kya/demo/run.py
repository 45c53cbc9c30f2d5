"""The whole case study, played for real: `play` is what `kya demo` calls."""

from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from rich.console import Console

from kya.codec.execution_files import render_executions
from kya.codec.tally import Selection
from kya.config import Config
from kya.core.instant import Instant
from kya.core.scope import DailyMaxPer
from kya.demo.clock_server import ClockServer, MovableClock
from kya.demo.conductor import Conductor
from kya.demo.figures import figures_table
from kya.demo.flow import EUR, OBSERVED_DAYS, RECOVERED_DAYS, Flow, draw_flow
from kya.demo.narration import Narration
from kya.demo.pager import pager
from kya.demo.programme import Programme
from kya.demo.seed import SEED
from kya.demo.stage import (
    AGENT,
    PAGER_SECRET,
    REPORT,
    Stage,
    config_of,
    gateway_process,
    scope_of,
)
from kya.demo.verdict import judge
from kya.demo.witnesses import witness_process
from kya.evidence.archive import archive
from kya.evidence.build import build_package
from kya.wiring.desk import Desk
from kya.wiring.founding import found
from kya.wiring.remote import Remote
from kya.wiring.venues import handed_over
from kya.wiring.witnessed import log_directory

FOUNDED_AT: Final = Instant.parse("2026-04-24T09:00:00.000000Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Where to play, with which recorded prices if any, and how the cap is counted."""

    out: Path
    prices: Path | None
    daily_max_per: DailyMaxPer


def play(settings: Settings, console: Console) -> bool:
    """Return whether every question has the verdict expected at this stage.

    Leaves the package, the regulator's root and policy, and all else in the folder.
    """
    flow = draw_flow(SEED)
    narration = Narration.to(console)
    with TemporaryDirectory(prefix="kya-demo-") as scratch:
        stage = Stage(settings.out, Path(scratch) / "clock")
        stage.clear()
        _introduce(settings, narration)
        _perform(settings, stage, flow, narration)
        with console.status("building the evidence"):
            _build(stage)
        narration.heading("What the evidence counts, derived from the log")
        narration.show(figures_table(stage))
        is_as_expected = judge(stage, narration, Path(scratch))
        narration.heading(f"All of it is in {stage.out}; its README says where")
        narration.note(f"{stage.out / REPORT} is what a board reads of it")
        return is_as_expected


def _introduce(settings: Settings, narration: Narration) -> None:
    """Say what is real here and what is not."""
    prices = "a seeded path, no market's"
    if settings.prices is not None:
        prices = f"recorded in May 2014, shifted in date ({settings.prices})"
    narration.heading("The case of CryptoEX AG and its agent algo_trader_v2")
    narration.note(
        f"orders   synthetic, from seed {SEED}; keys, signatures and log are real"
    )
    narration.note(f"prices   {prices}")
    narration.note("clock    virtual, and the log says so; all times are UTC")
    narration.note(f"day cap  {_cap_text(settings.daily_max_per)}")
    narration.heading("What happened")


def _cap_text(per: DailyMaxPer) -> str:
    """Return how the daily maximum is read in this run."""
    maximum = f"{EUR} {scope_of(per).daily_max}"
    if per is DailyMaxPer.AGENT:
        return f"{maximum} in all, as the case study words it"
    return f"{maximum} per market and side: our own assumption (--literal: in all)"


def _perform(
    settings: Settings, stage: Stage, flow: Flow, narration: Narration
) -> None:
    """Play the timetable with a gateway and a bot in processes of their own."""
    clock = MovableClock(FOUNDED_AT)
    with ExitStack() as stack:
        desk_pager = stack.enter_context(pager())
        config = config_of(flow, settings.prices, SEED, desk_pager.url)
        opened = found(stage.installation, config, FOUNDED_AT)
        (stage.installation / PAGER_SECRET).write_text(desk_pager.secret)
        server = stack.enter_context(ClockServer(stage.clock, clock))
        stack.enter_context(witness_process(stage))
        url = stack.enter_context(gateway_process(stage))
        conductor = Conductor(clock=clock, server=server, stage=stage)
        stack.callback(conductor.stop_bot)
        programme = Programme(
            stage=stage,
            desk=Desk(opened=opened, remote=Remote(url), clock=clock.now),
            conductor=conductor,
            pager=desk_pager,
            flow=flow,
            seed=SEED,
            per=settings.daily_max_per,
            narration=narration,
        )
        with narration.bar(len(flow.orders)):
            conductor.perform(programme.timetable(), programme.seen)
    _hand_over_lists(stage, config, clock)


def _build(stage: Stage) -> None:
    """Build the package and its archive from the published log."""
    build_package(
        source=log_directory(stage.installation),
        root_pem=(stage.installation / "trust" / "root.pem").read_bytes(),
        selection=Selection(
            agent=AGENT, first=OBSERVED_DAYS[0], last=RECOVERED_DAYS[-1]
        ),
        out=stage.package,
    )
    archive(stage.package, stage.out / "evidence.tar.gz")


def _hand_over_lists(stage: Stage, config: Config, clock: MovableClock) -> None:
    """The venues give the regulator their lists, past the operator."""
    listed = handed_over(config, stage.installation, clock)
    (stage.out / "executions.csv").write_bytes(render_executions(listed))
