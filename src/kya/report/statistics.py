"""Order statistics: by day, by hour, by market, and what did not go."""

from collections.abc import Iterator
from typing import Final

from kya.codec.figures import percent
from kya.core.instant import Day
from kya.core.money import Currency, Money
from kya.report.examined import Examined
from kya.report.gathered import Stopped
from kya.report.model import (
    Block,
    Chart,
    Row,
    Section,
    Sentence,
    Series,
    Table,
    entries,
)
from kya.report.wording import amount, counted, grouped, listed, moment

DAYS_MAX: Final = 62
"""Days that a chart shows one by one; of a longer period it shows months."""

_OUTCOMES: Final = ("allowed", "denied", "refused")
_HOURS: Final = 24


def statistics_section(examined: Examined) -> Section:
    """Return the charts and the markets."""
    if not examined.gathered.days:
        none = Sentence("No order is in this period.", examined.whole_log)
        return Section("Orders in figures", (none,))
    blocks: list[Block] = [_by_day(examined), *_largest_by_day(examined)]
    blocks += [*_scores(examined), _by_hour(examined), _markets(examined)]
    return Section("Orders in figures", tuple(blocks))


def stopped_section(examined: Examined) -> Section:
    """Return the orders that did not go, one by one."""
    gathered = examined.gathered
    said = Sentence(
        f"{counted(gathered.stopped_count, 'order')} did not go; what is denied or"
        " refused is never sent to a venue.",
        entries(*[each.entry for each in gathered.stopped])
        if gathered.stopped
        else examined.whole_log,
    )
    if not gathered.stopped:
        return Section("Orders that did not go", (said,))
    table = Table(
        header=("order", "received, UTC", "what", "outcome and reasons"),
        widths=(4, 4, 5, 6, 3),
        rows=tuple(_stopped(each) for each in gathered.stopped),
    )
    return Section("Orders that did not go", (said, table))


def _stopped(each: Stopped) -> Row:
    """Return one order that did not go."""
    order = each.order
    what = f"{order.side.value} {order.market} {amount(order.amount)} at {order.venue}"
    return Row(
        (
            f"{order.agent} {order.seq}",
            moment(each.decided.received_at),
            what,
            f"{each.decided.outcome.value}: {listed(each.reasons)}",
        ),
        entries(each.entry, each.entry + 1),
    )


def _by_day(examined: Examined) -> Chart:
    """Return orders by day, or by month of a long period, and outcome."""
    labels, days = _labels(examined), len(examined.gathered.days)
    figures = {name: dict.fromkeys(labels, 0) for name in _OUTCOMES}
    for day, found in examined.gathered.days.items():
        for name in _OUTCOMES:
            figures[name][_label(day, labels)] += found.outcomes[name]
    return Chart(
        said=Sentence(
            f"Orders by {_bucket(labels)}; {counted(days, 'day')} had any.",
            entries(examined.gathered.orders),
        ),
        unit="",
        labels=tuple(labels),
        series=tuple(
            Series(name=name, tone=tone, figures=tuple(figures[name].values()))
            for tone, name in enumerate(_OUTCOMES)
        ),
    )


def _largest_by_day(examined: Examined) -> Iterator[Chart]:
    """Yield, for each currency, the largest order of each day, allowed or not."""
    labels = _labels(examined)
    days = examined.gathered.days
    for code in sorted({code for found in days.values() for code in found.largest}):
        tops = dict.fromkeys(labels, 0)
        behind: dict[str, int] = {}
        for day, found in days.items():
            if code in found.largest:
                money, entry = found.largest[code]
                label = _label(day, labels)
                if money.minor_units > tops[label]:
                    tops[label], behind[label] = money.minor_units, entry
        unit = 10 ** Currency(code).decimals
        limit = _order_max(examined, code)
        said = f"The largest order of each {_bucket(labels)}, allowed or not, in {code}"
        said += f"; the order maximum is {amount(limit)}." if limit else "."
        line = ("order maximum", limit.minor_units // unit) if limit else None
        yield Chart(
            said=Sentence(said, entries(*sorted(behind.values()))),
            unit=code,
            labels=tuple(labels),
            series=(
                Series(
                    name="largest",
                    tone=0,
                    figures=tuple(top // unit for top in tops.values()),
                ),
            ),
            limit=line,
        )


def _order_max(examined: Examined, code: str) -> Money | None:
    """Return the order maximum, if all certificates have the same in this currency."""
    found = {
        each.credential.grant.scope.order_max
        for agent in examined.agents.values()
        for each in agent.certificates.values()
        if each.credential.grant is not None
        and each.credential.grant.scope.currency.code == code
    }
    return found.pop() if len(found) == 1 else None


def _scores(examined: Examined) -> Iterator[Chart]:
    """Yield the highest score of each day, where orders were scored."""
    labels = _labels(examined)
    tops = dict.fromkeys(labels, 0)
    behind: dict[str, int] = {}
    for day, found in examined.gathered.days.items():
        label = _label(day, labels)
        if found.score is not None and found.score[0] >= tops[label]:
            tops[label], behind[label] = found.score
    if not behind:
        return
    critical = _critical(examined)
    line = ("critical from", critical) if critical else None
    scored = counted(examined.gathered.scored.count, "order")
    yield Chart(
        said=Sentence(
            f"How unlike its own past the least usual order of each {_bucket(labels)}"
            f" was, in ten-thousandths; {scored} met a locked baseline.",
            entries(*sorted(behind.values())),
        ),
        unit="1/10,000",
        labels=tuple(labels),
        series=(Series(name="score", tone=3, figures=tuple(tops.values())),),
        limit=line,
    )


def _critical(examined: Examined) -> int | None:
    """Return from which score on an order is denied, if all certificates agree."""
    found = {
        each.credential.grant.scope.limits.score_critical_bps
        for agent in examined.agents.values()
        for each in agent.certificates.values()
        if each.credential.grant is not None
    }
    return found.pop() if len(found) == 1 else None


def _by_hour(examined: Examined) -> Chart:
    """Return orders by hour of the day, UTC."""
    hours = examined.gathered.hours
    first, last = min(hours), max(hours)
    busiest = max(hours, key=lambda hour: (hours[hour], -hour))
    return Chart(
        said=Sentence(
            f"Orders by hour of the day, UTC; the busiest begins at {busiest:02}:00"
            f" and has {grouped(hours[busiest])}.",
            entries(examined.gathered.orders),
        ),
        unit="",
        labels=tuple(f"{hour:02}" for hour in range(first, last + 1)),
        series=(
            Series(
                name="orders",
                tone=0,
                figures=tuple(hours[hour] for hour in range(first, last + 1)),
            ),
        ),
    )


def _markets(examined: Examined) -> Table:
    """Return what was asked for and allowed in each market."""
    whole = examined.gathered.orders.count
    rows = [
        Row(
            (
                name,
                grouped(found.orders.count),
                f"{percent(found.orders.count, whole)} %",
                grouped(found.allowed.count),
                listed([amount(found.amounts[code]) for code in sorted(found.amounts)]),
            ),
            entries(found.orders),
        )
        for name, found in sorted(examined.gathered.markets.items())
    ]
    return Table(
        header=("market", "orders", "share", "allowed", "allowed, in all"),
        widths=(3, 2, 2, 2, 4, 6),
        rows=tuple(rows),
    )


def _labels(examined: Examined) -> list[str]:
    """Return a label for each day, or month of a long period, without gaps."""
    days = sorted(examined.gathered.days)
    first, last = days[0].number, days[-1].number
    every = [str(Day(number)) for number in range(first, last + 1)]
    if len(every) <= DAYS_MAX:
        return [text[5:] for text in every]
    return list(dict.fromkeys(text[:7] for text in every))


def _bucket(labels: list[str]) -> str:
    """Return what one label stands for."""
    return "month" if len(labels[0]) > len("05-22") else "day"


def _label(day: Day, labels: list[str]) -> str:
    """Return the label under which a day counts."""
    return str(day)[:7] if _bucket(labels) == "month" else str(day)[5:]
