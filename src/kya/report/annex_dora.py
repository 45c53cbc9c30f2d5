"""Annex: a worksheet for each incident, whether it is a major one under DORA.

What the log knows is filled in. Whether an incident is major is for the firm to say:
the sheet says what speaks against it here, and which deadlines ran if it is one.
"""

from calendar import monthrange
from typing import Final

from kya.codec.figures import percent
from kya.codec.incident_figures import IncidentFigures
from kya.codec.regulations import Regulations
from kya.core.decision import Outcome
from kya.core.instant import Instant
from kya.core.money import Money
from kya.core.order import Action
from kya.report.examined import Examined
from kya.report.model import (
    Basis,
    Block,
    Row,
    Section,
    Sentence,
    Source,
    Table,
    entries,
)
from kya.report.wording import amount, counted, moment

TITLE: Final = "Annex B: incident worksheet after DORA Art. 18 and 19"

_INTRODUCTION: Final = (
    "DORA binds financial entities of the Union. A major incident is one in which a"
    " critical service is affected, and there was malicious access that may lose"
    " records, or two other thresholds of (EU) 2024/1772 Art. 9 are met."
)
_FIRM: Final = "for the firm: the log does not know"
_AT_ONCE: Final = "four hours after, if classified at once"
_RECORDS: Final = "of this log: see questions 8 and 10; of others: for the firm"


def worksheets(examined: Examined, table: Regulations) -> Section:
    """Return the annex: one worksheet for each incident."""
    source = Source(Basis.TABLE, f"regulations, {table.reviewed}")
    blocks: list[Block] = [Sentence(_INTRODUCTION, source)]
    about = examined.tally.selection.agent
    found = list(examined.tally.incidents.about(about))
    if not found:
        text = "No incident was opened, so there is no worksheet."
        blocks.append(Sentence(text, examined.whole_log))
    for each in found:
        blocks += [_conclusion(each), _criteria(each, examined), _deadlines(each)]
    return Section(TITLE, tuple(blocks))


def _never_left(found: IncidentFigures) -> bool:
    """Tell whether the order that opened it was stopped before any venue."""
    return found.decided.outcome is not Outcome.ALLOWED


def _conclusion(found: IncidentFigures) -> Sentence:
    """Return what the evidence says for or against a major incident."""
    decided = found.decided
    name = f"Incident {decided.order[:16]}"
    source = entries(found.entry, found.entry + 1)
    if not _never_left(found):
        return Sentence(
            f"{name}: not decided by this evidence, because order {decided.seq} of"
            f" {decided.agent} was allowed and may have been executed.",
            source,
        )
    return Sentence(
        f"{name}: not major on this evidence, because order {decided.seq} of"
        f" {decided.agent} was {decided.outcome.value} and, as far as this log goes,"
        " never sent: no transaction was affected and none was lost. The firm confirms"
        " the lines below that the log does not know.",
        source,
    )


def _criteria(found: IncidentFigures, examined: Examined) -> Table:
    """Return each criterion, answered from the log or left to the firm."""
    opening, whole = entries(found.entry, found.entry + 1), examined.whole_log
    stopped = _never_left(found)
    affected = "none" if stopped else "at least the order that opened it"
    lost = "none by this order" if stopped else _FIRM
    rows = (
        Row(("critical service affected", _FIRM), whole),
        Row(("malicious access that may lose records", _FIRM), whole),
        Row(("transactions affected", affected), opening),
        Row(("the order, against an average day", _share(found, examined)), opening),
        Row(("clients and counterparties affected", _FIRM), whole),
        Row(("downtime and duration", _duration(found)), _acts(found)),
        Row(("Member States", _FIRM), whole),
        Row(("losses of records", _RECORDS), whole),
        Row(("cost", lost), opening),
    )
    return Table(header=("criterion", "answer"), widths=(6, 10, 4), rows=rows)


def _share(found: IncidentFigures, examined: Examined) -> str:
    """Return what part of an average day's amount the order that opened it was."""
    order = next((s for s in examined.gathered.stopped if s.entry == found.entry), None)
    days = [d for d in examined.gathered.days.values() if d.outcomes["allowed"]]
    if order is None or not days or order.order.action is Action.CANCEL:
        return "not computed"
    worth = order.decided.worth or order.order.amount
    markets = examined.gathered.markets.values()
    code = worth.currency.code
    total = sum(m.amounts[code].minor_units for m in markets if code in m.amounts)
    average = total // len(days)
    share = percent(worth.minor_units, average) or "more than 100.0"
    return (
        f"{amount(worth)} is {share} % of {amount(Money(average, worth.currency))}, the"
        f" average of {counted(len(days), 'day')} with allowed orders"
    )


def _duration(found: IncidentFigures) -> str:
    """Return for how long the agent was stopped, as far as the log knows."""
    stopped = [event.at for _, event in found.standings]
    if not stopped:
        return "its certificate was not suspended"
    return (
        f"the agent's certificate was stopped from {moment(stopped[0])} on; whether a"
        " critical service was down, the log does not know"
    )


def _acts(found: IncidentFigures) -> Source:
    """Return the entries of what was done to the certificate, or of the opening."""
    places = [entry for entry, _ in found.standings]
    return entries(*(places or [found.entry]))


def _deadlines(found: IncidentFigures) -> Table:
    """Return by when reports would be due, if the incident were classified as major."""
    told = [(entry, alert.at) for entry, alert in found.alerts if alert.delivered]
    entry, aware = told[0] if told else (found.entry + 1, found.decided.received_at)
    source = entries(found.entry, entry)
    first = aware.later(seconds=4 * 3600)
    second = first.later(seconds=72 * 3600)
    latest = moment(aware.later(seconds=24 * 3600))
    rows = (
        Row(("awareness", f"{moment(aware)}, {_how(bool(told))}"), source),
        Row(("first report", f"{moment(first)}: {_AT_ONCE}"), source),
        Row(("not later than", f"{latest}: a day after awareness"), source),
        Row(("intermediate report", f"{moment(second)}: 72 hours later"), source),
        Row(("final report", f"{moment(month_after(second))}: a month later"), source),
        Row(("relief on weekends and holidays", "not counted here"), source),
    )
    return Table(header=("if it were major", "UTC"), widths=(6, 10, 4), rows=rows)


def _how(told: bool) -> str:  # noqa: FBT001  A word for it.
    """Return by what the firm is taken to be aware."""
    return "when the first alert was delivered" if told else "when it was decided"


def month_after(at: Instant) -> Instant:
    """Return the same day of the next month, or its last day."""
    moment_of = at.to_datetime()
    year, month = moment_of.year + moment_of.month // 12, moment_of.month % 12 + 1
    day = min(moment_of.day, monthrange(year, month)[1])
    return Instant.from_datetime(moment_of.replace(year=year, month=month, day=day))
