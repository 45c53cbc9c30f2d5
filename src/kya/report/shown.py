"""What the evidence shows beside an article: figures by the names that the table uses.

`question 4` · `controls order.amount rate.day` · `events HaltOrdered` · `modes` ·
`incidents` · `overrides` · `peaks`
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Final

from kya.codec.figures import Runs
from kya.core.errors import CorruptionError
from kya.report.examined import Examined
from kya.report.model import Sentence, answer_to, entries
from kya.report.wording import counted, grouped, listed, span

_EVENTS: Final = {
    "AgentRegistered": "registration",
    "BaselineLocked": "locked baseline",
    "HaltOrdered": "halt",
    "MandateGranted": "mandate",
    "RuntimePinned": "pinned release",
    "TradingResumed": "lifted halt",
}


def shown(name: str, examined: Examined) -> Iterator[Sentence]:
    """Yield what the evidence shows under this name; CorruptionError for no name."""
    word, _, rest = name.partition(" ")
    try:
        figures = _FIGURES[word]
    except KeyError as error:
        raise CorruptionError(f"regulations.json: shows {name!r}") from error
    yield from figures(examined, tuple(rest.split()))


def _question(examined: Examined, names: tuple[str, ...]) -> Iterator[Sentence]:
    """Yield the verdict on each question."""
    for number in map(int, names):
        answer = examined.examination.report.answer(number)
        text = f"Question {number}: {answer.verdict.value}. {answer.text}"
        yield Sentence(text, answer_to(number))


def _controls(examined: Examined, names: tuple[str, ...]) -> Iterator[Sentence]:
    """Yield in how many decisions each control was, and how often it fired."""
    found = examined.gathered.controls
    absent = [name for name in names if name not in found]
    for name in names:
        if name in found:
            runs = [str(each) for each in found[name].fired.values()]
            fired = sum(each.count for each in found[name].fired.values())
            yield Sentence(
                f"{name}: in {counted(found[name].listed, 'decision')}, fired"
                f" {counted(fired, 'time') if fired else 'never'}.",
                entries(*runs) if runs else examined.whole_log,
            )
    if absent:
        text = f"Not armed by any scope of this period: {listed(absent)}."
        yield Sentence(text, examined.whole_log)


def _events(examined: Examined, names: tuple[str, ...]) -> Iterator[Sentence]:
    """Yield how many entries of each kind the log has."""
    for name in names:
        runs = examined.gathered.timeline.kinds.get(name, Runs())
        many = counted(runs.count, _EVENTS[name])
        text = many if runs.count else f"No {_EVENTS[name]}"
        yield Sentence(f"{text} on record.", examined.behind(runs))


def _modes(examined: Examined, _: tuple[str, ...]) -> Iterator[Sentence]:
    """Yield how many orders were on paper, and how many live."""
    for name, agent in examined.agents.items():
        for mode, bucket in sorted(agent.modes.items()):
            text = f"{counted(bucket.attempts.count, 'order')} of {name}: {mode}."
            yield Sentence(text, examined.behind(bucket.attempts))


def _incidents(examined: Examined, _: tuple[str, ...]) -> Iterator[Sentence]:
    """Yield each incident with the time until somebody was told of it."""
    found = list(examined.tally.incidents.about(examined.tally.selection.agent))
    if not found:
        yield Sentence("No incident was opened.", examined.whole_log)
    for each in found:
        told = [alert for _, alert in each.alerts if alert.delivered]
        within = span(min(alert.micros for alert in told)) if told else ""
        first = f"first alert delivered in {within}" if told else "no alert delivered"
        places = [each.entry, *(entry for entry, _ in each.alerts)]
        text = f"Incident {each.decided.order[:16]}: {first}."
        yield Sentence(text, entries(*places))


def _overrides(examined: Examined, _: tuple[str, ...]) -> Iterator[Sentence]:
    """Yield how many overrides were granted."""
    found = [each for agent in examined.agents.values() for each in agent.overrides]
    text = f"{counted(len(found), 'override')} granted, each by two people."
    places = [each.entry for each in found]
    yield Sentence(text, entries(*places) if places else examined.whole_log)


def _peaks(examined: Examined, _: tuple[str, ...]) -> Iterator[Sentence]:
    """Yield the busiest day, twice of which a stress test takes."""
    days = examined.gathered.days
    if days:
        busiest = max(days, key=lambda day: (days[day].outcomes.total(), -day.number))
        count = days[busiest].outcomes.total()
        text = f"The busiest day here, {busiest}, had {counted(count, 'order')}"
        yield Sentence(
            f"{text}; twice of that is {grouped(2 * count)}.",
            entries(examined.gathered.orders),
        )


_FIGURES: Final[
    Mapping[str, Callable[[Examined, tuple[str, ...]], Iterator[Sentence]]]
] = {
    "controls": _controls,
    "events": _events,
    "incidents": _incidents,
    "modes": _modes,
    "overrides": _overrides,
    "peaks": _peaks,
    "question": _question,
}
