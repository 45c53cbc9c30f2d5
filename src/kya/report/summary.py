"""The summary: what a board reads first, each sentence with its entries."""

from collections.abc import Iterator

from kya.codec.tally import AgentTally
from kya.core.fixed_point import render_padded
from kya.core.power_events import ClockSource
from kya.core.scope import DailyMaxPer
from kya.report.examined import Examined
from kya.report.model import Section, Sentence, answer_to, entries
from kya.report.wording import (
    ACTS,
    amount,
    counted,
    grouped,
    listed,
    moment,
    separated,
)
from kya.verify.finding import Verdict


def summary_section(examined: Examined) -> Section:
    """Return the summary of a log that could be read."""
    sentences = [
        sentence
        for name, agent in examined.agents.items()
        for sentence in _of_agent(name, agent, examined)
    ]
    stopped = examined.found.reexecution.stopped
    if stopped:
        text = f"The log was believed up to {stopped}; no figure counts what is after."
        sentences.insert(0, Sentence(text, examined.whole_log))
    return Section("Summary", (*sentences, *_of_log(examined)))


def _of_agent(name: str, agent: AgentTally, examined: Examined) -> Iterator[Sentence]:
    """Yield what happened to one agent's orders and certificates."""
    outcomes, period = agent.total.outcomes, examined.tally.selection
    counts = listed(
        [f"{grouped(runs.count)} {word}" for word, runs in outcomes.items()]
    )
    yield Sentence(
        f"{name} sent {counted(agent.total.attempts.count, 'order')} from"
        f" {period.first} to {period.last}: {counts}.",
        examined.behind(agent.total.attempts),
    )
    yield from _sizes(agent)
    for found in agent.certificates.values():
        if found.credential.grant is None:
            continue
        scope = found.credential.grant.scope
        a_day = amount(scope.daily_max)
        per_agent = scope.daily_max_per is DailyMaxPer.AGENT
        per = "over the whole agent" if per_agent else "per market and side"
        yield Sentence(
            f"Certificate {found.credential.serial:X} lets it trade"
            f" {listed(sorted(scope.markets))} at {listed(sorted(scope.venues))}, at"
            f" most {amount(scope.order_max)} an order and {a_day} a day, counted"
            f" {per}; {counted(found.orders, 'order')} came under it.",
            entries(found.entry),
        )
    for change in agent.standings:
        yield Sentence(
            f"Certificate {change.serial:X} was {ACTS[change.act]} at"
            f" {moment(change.at)}: {change.reason}.",
            entries(change.entry),
        )


def _sizes(agent: AgentTally) -> Iterator[Sentence]:
    """Yield the largest order that was asked for, and the largest that was allowed."""
    for which, found in agent.total.sizes.items():
        for code, sizes in sorted(found.items()):
            decimals = agent.total.decimals[code]
            largest = f"{code} {separated(render_padded(sizes.largest, decimals))}"
            median = separated(sizes.median(decimals))
            word = "asked for" if which == "attempted" else "allowed"
            yield Sentence(
                f"The largest order {word} was of {largest}; the median of"
                f" {counted(sizes.count, 'order')} {word} is {code} {median}.",
                entries(sizes.largest_entry),
            )


def _of_log(examined: Examined) -> Iterator[Sentence]:
    """Yield what is to be known of the log itself."""
    incidents = list(examined.tally.incidents.about(examined.tally.selection.agent))
    where = [each.entry for each in incidents]
    yield Sentence(
        f"The log has {counted(len(incidents), 'incident')} of what this report is"
        " about.",
        entries(*where) if where else examined.whole_log,
    )
    opened = examined.tally.opened
    if opened is not None:
        virtual = opened.clock is ClockSource.VIRTUAL
        yield Sentence(
            "The gateway's clock was a virtual one: these are the times of a"
            " demonstration, not of days that passed."
            if virtual
            else "The gateway's clock was its system's.",
            entries(0),
        )
    seen = examined.examination.report.answer(8)
    for finding in seen.findings:
        if finding.verdict is not Verdict.HOLDS or "witnesses" in finding.sentence:
            place = f"{finding.where}: " if finding.where else ""
            yield Sentence(f"Outside eyes: {place}{finding.sentence}.", answer_to(8))
