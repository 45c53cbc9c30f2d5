"""`report.json` and `report.csv`: the tally as people and programs read it.

Both are derived from the log alone, in one spelling, so that a verifier derives them
again and compares bytes. spec/package.md explains every figure.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

import msgspec

from kya.codec.certificate_figures import CertificateFigures
from kya.codec.figures import Bucket, Runs, Sizes, percent
from kya.codec.halt_figures import rearmed_fields
from kya.codec.perimeter import perimeter_of
from kya.codec.scopes import scope_fields
from kya.codec.tally import AgentTally, Selection, Tally
from kya.core.errors import MalformedError
from kya.core.fixed_point import render_padded
from kya.core.instant import Day
from kya.core.scope import DailyMaxPer, Scope

REPORT_TYPE: Final = "kya/package-report/v1"

NOT_CHECKED: Final = (
    "baseline: whether the orders look like the agent's usual ones (none is locked)",
    "incidents: whether they followed the procedure (no figure here can tell)",
    "witnesses: whether everyone has seen this same log (no figure here can tell)",
    "time: whether the gateway's clock was right (no figure here can tell)",
    "prices: whether a reference or fill price was the market's",
    "drop copy: whether the lists in the log are those that the venues would hand over",
    "custody: whether private keys were where the log says they are",
)
"""What no figure here can show, said in every report."""

_PER_MARKET_AND_SIDE: Final = (
    "the daily maximum is counted per market and side, not over the whole agent"
)

_CSV_HEADER: Final = "agent,mode,figure,value,unit,entries\n"

Json = dict[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """What the report says besides figures: names of the trust anchors, tree head."""

    root_subject: str
    issuer_subject: str
    tree_root: str


class _Period(msgspec.Struct, frozen=True):
    first: str
    last: str


class _SelectionFields(msgspec.Struct, frozen=True):
    agent: str | None
    period: _Period


_SELECTION: Final = msgspec.json.Decoder(_SelectionFields)


def read_selection(raw: bytes) -> Selection:
    """Return what a report.json says it is about; MalformedError otherwise."""
    try:
        wire = _SELECTION.decode(raw)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        msg = f"report.json: {error}"
        raise MalformedError(msg) from error
    return Selection(
        agent=wire.agent,
        first=Day.parse(wire.period.first),
        last=Day.parse(wire.period.last),
    )


def render_json(tally: Tally, frame: Frame) -> bytes:
    """Return report.json: indented, keys sorted, UTF-8."""
    text = json.dumps(_report(tally, frame), indent=1, sort_keys=True)
    return text.encode("ascii") + b"\n"


def render_csv(tally: Tally) -> bytes:
    """Return report.csv: one figure a line."""
    lines = [_CSV_HEADER]
    for name, agent in tally.selected().items():
        for mode, bucket in _buckets(agent):
            lines += [
                f"{name},{mode},{','.join(row)}\n" for row in _bucket_rows(bucket)
            ]
        for lapse in agent.lapses:
            lines.append(
                f"{name},all,{lapse.name},{_seconds(lapse.micros)},s,"
                f"{lapse.start} {lapse.end}\n"
            )
    return "".join(lines).encode("ascii")


def _report(tally: Tally, frame: Frame) -> Json:
    """Return the whole report."""
    opened, selection = tally.opened, tally.selection
    agents = tally.selected()
    return {
        "_type": REPORT_TYPE,
        "agent": selection.agent,
        "agents": {name: _agent(agent) for name, agent in agents.items()},
        "clock_source": opened.clock.value if opened else None,
        "halts": [found.fields() for found in tally.halts.about(selection.agent)],
        "incidents": [each.fields() for each in tally.incidents.about(selection.agent)],
        "issuer": frame.issuer_subject,
        "log": {
            "entries": tally.size,
            "origin": opened.origin if opened else None,
            "root_hash": frame.tree_root,
        },
        "not_checked": list(NOT_CHECKED),
        "perimeter": _perimeter(agents),
        "place_limits": [each.fields() for each in tally.places.about(selection.agent)],
        "period": {"first": str(selection.first), "last": str(selection.last)},
        "price_sources": sorted(tally.price_sources),
        "root": frame.root_subject,
        "root_sha256": opened.root if opened else None,
    }


def _agent(agent: AgentTally) -> Json:
    """Return one agent's part."""
    return {
        "certificates": [_certificate(found) for found in agent.certificates.values()],
        "figures": {mode: _bucket(bucket) for mode, bucket in _buckets(agent)},
        "overrides": [found.fields() for found in agent.overrides],
        "rearmed": [rearmed_fields(*found) for found in agent.rearmed],
        "standings": [
            {
                "act": change.act.value,
                "at": str(change.at),
                "entry": change.entry,
                "reason": change.reason,
                "serial": f"{change.serial:X}",
            }
            for change in agent.standings
        ],
        "times": [
            {
                "entries": f"{lapse.start} {lapse.end}",
                "name": lapse.name,
                "seconds": _seconds(lapse.micros),
            }
            for lapse in agent.lapses
        ],
    }


def _certificate(found: CertificateFigures) -> Json:
    """Return one certificate of an agent."""
    credential = found.credential
    grant = credential.grant
    return {
        "assumptions": _assumptions(grant.scope) if grant else [],
        "entry": found.entry,
        "issued_at": str(found.at),
        "mandate": grant.mandate if grant else None,
        "not_after": str(credential.not_after),
        "not_before": str(credential.not_before),
        "orders": found.orders,
        "replaces": found.replaces,
        "scope": msgspec.to_builtins(scope_fields(grant.scope)) if grant else None,
        "serial": f"{credential.serial:X}",
        "sha256": credential.digest,
    }


def _assumptions(scope: Scope) -> list[str]:
    """Return how the scope is read where its board could have meant another thing."""
    per_market = scope.daily_max_per is DailyMaxPer.MARKET_AND_SIDE
    return [_PER_MARKET_AND_SIDE] if per_market else []


def markets_of(agents: Iterable[AgentTally]) -> list[str]:
    """Return every market that a scope of the agents' certificates names."""
    markets = {
        market
        for agent in agents
        for found in agent.certificates.values()
        if found.credential.grant is not None
        for market in found.credential.grant.scope.markets
    }
    return sorted(markets)


def _perimeter(agents: dict[str, AgentTally]) -> dict[str, list[str]]:
    """Return, for each market that a scope names, what the reviewed table says."""
    return {
        market: list(perimeter_of(market).sentences())
        for market in markets_of(agents.values())
    }


def _buckets(agent: AgentTally) -> Iterator[tuple[str, Bucket]]:
    """Yield the counts over all orders, then by mode."""
    yield "all", agent.total
    yield from sorted(agent.modes.items())


def _bucket(bucket: Bucket) -> Json:
    """Return the counts as they stand in report.json."""
    allowed = bucket.outcomes["allowed"].count
    return {
        "answered_at_first_attempt": _runs(bucket.answered_at_first_attempt),
        "attempts": _runs(bucket.attempts),
        "first_attempt_percent": percent(
            bucket.answered_at_first_attempt.count, allowed
        ),
        "outcomes": {name: _runs(runs) for name, runs in bucket.outcomes.items()},
        "reasons": {name: _runs(runs) for name, runs in bucket.reasons.items()},
        "sizes": {
            which: {
                code: _sizes(found, bucket.decimals[code])
                for code, found in sizes.items()
            }
            for which, sizes in bucket.sizes.items()
        },
        "unanswered": allowed - bucket.answered,
        "unknown_then_resolved": _runs(bucket.unknown_then_resolved),
        "venue": {name: _runs(runs) for name, runs in bucket.venue.items()},
    }


def _runs(runs: Runs) -> Json:
    """Return a count and the entries behind it."""
    return {"count": runs.count, "entries": str(runs)}


def _sizes(sizes: Sizes, decimals: int) -> Json:
    """Return median and maximum, both exact."""
    return {
        "maximum": render_padded(sizes.largest, decimals),
        "maximum_entry": sizes.largest_entry,
        "median": sizes.median(decimals),
        "orders": sizes.count,
    }


def _bucket_rows(bucket: Bucket) -> Iterator[tuple[str, str, str, str]]:
    """Yield figure, value, unit and entries of one set of counts."""
    allowed = bucket.outcomes["allowed"].count
    yield _row("attempts", bucket.attempts)
    for name, runs in bucket.outcomes.items():
        yield _row(name, runs)
    for name, runs in sorted(bucket.reasons.items()):
        yield _row(f"reason {name}", runs)
    for which, sizes in bucket.sizes.items():
        for code, found in sorted(sizes.items()):
            decimals = bucket.decimals[code]
            yield f"median size {which}", found.median(decimals), code, ""
            largest = render_padded(found.largest, decimals)
            yield f"maximum size {which}", largest, code, str(found.largest_entry)
    for name, runs in bucket.venue.items():
        yield _row(f"venue {name}", runs)
    yield _row("unknown then resolved", bucket.unknown_then_resolved)
    yield _row("answered at first attempt", bucket.answered_at_first_attempt)
    first = percent(bucket.answered_at_first_attempt.count, allowed)
    yield "first attempt", first, "%", ""
    yield "unanswered", str(allowed - bucket.answered), "orders", ""


def _row(figure: str, runs: Runs) -> tuple[str, str, str, str]:
    """Return a count as a row."""
    return figure, str(runs.count), "orders", str(runs)


def _seconds(micros: int) -> str:
    """Return seconds with six decimals and, where two clocks disagree, a sign."""
    return ("-" if micros < 0 else "") + render_padded(abs(micros), 6)
