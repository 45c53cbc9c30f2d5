"""What is told of orders and of the log: with the entries, and the proofs of them."""

from itertools import takewhile
from typing import Final

from starlette.responses import Response

from kya.client.models import (
    Contribution,
    LoggedEntry,
    LogTold,
    OrderSummary,
    OrderTold,
    Page,
    ReportEntry,
    WitnessesTold,
)
from kya.client.wishes import CheckTold, Recorded
from kya.codec import canonical
from kya.console.order_story import OrderStory, story_of
from kya.core.decision import Outcome
from kya.core.errors import MalformedError
from kya.core.limits import ENTRY_BYTES_MAX, SEQ_MAX
from kya.core.tokens import DIGEST
from kya.programs import told
from kya.programs.asking import NUMBER, Question, answered, chosen, missing
from kya.programs.check import checked, parse_wish
from kya.programs.limits import REPORTS_MAX, WISH_BYTES_MAX
from kya.programs.passing import key_of

_KEY_HEADER: Final = "idempotency-key"


async def orders(question: Question) -> Page[OrderSummary]:
    """The newest orders, those first that came last."""
    begin, end = question.instant("from"), question.instant("to")
    outcomes, below = chosen(question, "outcome", Outcome), question.entry_position()
    found = question.reading.newest(question.text("agent") or None, None, below)
    # Times of receipt only go forward, so that the list ends at the first too old.
    recent = takewhile(lambda row: begin is None or row.received_at >= begin, found)
    rows = (
        row
        for row in recent
        if row.outcome in outcomes and (end is None or row.received_at < end)
    )
    return question.page(rows, lambda row: str(row.index), told.order_summary)


async def order(question: Question) -> OrderTold:
    """The whole story of one order, with the proofs of its entries."""
    reading, name = question.reading, question.part("agent")
    seq = int(question.part("seq", NUMBER))
    index = reading.entry_of(name, seq) if 1 <= seq <= SEQ_MAX else None
    if index is None:
        raise missing(f"order {seq} of {name}")
    signed, decided = [await _logged(question, at) for at in (index, index + 1)]
    story = story_of(signed.entry.encode(), decided.entry.encode())
    places = reading.reports_of(name, seq)[-REPORTS_MAX:]
    reports = [
        ReportEntry(index=at, entry=(await question.follower.entry(at)).decode())
        for at in places
    ]
    incident = reading.state.incidents.get(signed.leaf)
    return OrderTold(
        agent=name,
        seq=seq,
        outcome=story.decision.outcome,
        received_at=story.decision.received_at,
        reasons=story.decision.reasons,
        controls=told.controls_told(story.decision),
        score=story.score,
        sequence_score=story.sequence,
        contributions=_contributions(story),
        incident=None if incident is None else incident.id,
        order=signed,
        decision=decided,
        reports=reports,
    )


def _contributions(story: OrderStory) -> list[Contribution]:
    """Return what made the score, the largest first."""
    return [
        Contribution(feature=each.feature, bits=each.shown)
        for each in story.contributions
    ]


async def check(question: Question) -> CheckTold:
    """Judge an order that nobody has signed; nothing is sent and nothing written."""
    wish = parse_wish(await question.body(WISH_BYTES_MAX))
    return checked(wish, question.reading.state, question.reading.size, question.now)


async def log(question: Question) -> LogTold:
    """How far the log was read, and what speaks against it."""
    follower, sight = question.follower, question.follower.sight
    return LogTold(
        origin=follower.origin,
        size=sight.size,
        checkpoint=sight.checkpoint.decode(),
        read_at=str(sight.read_at),
        is_late=sight.is_late(question.now),
        fault=sight.fault,
    )


async def witnesses(question: Question) -> WitnessesTold:
    """Whom the policy names, and what enough of them have seen."""
    policy, seen = question.follower.policy, question.follower.sight.witnessed
    return WitnessesTold(
        named=[witness.name for witness in policy.witnesses],
        size=None if seen is None else seen.size,
        seen_by=[] if seen is None else list(seen.names),
        at=None if seen is None else str(seen.at),
    )


async def entry(question: Question) -> LoggedEntry:
    """One entry of the log as it is stored, with its proof."""
    index = int(question.part("index", NUMBER))
    if index >= question.follower.sight.size:
        raise missing(f"entry {index}")
    return await _logged(question, index)


async def certificate(question: Question) -> LoggedEntry:
    """The entry that put a certificate on record, by the SHA-256 of its DER."""
    name = question.part("credential", DIGEST)
    index = question.reading.certificates.get(name)
    if index is None:
        raise missing(f"certificate {name}")
    return await _logged(question, index)


async def _logged(question: Question, index: int) -> LoggedEntry:
    """Return an entry with the proof, which was checked, that it is in the log."""
    raw = await question.follower.entry(index)
    proof = await question.follower.proof(index)
    return LoggedEntry(
        index=index,
        kind=canonical.type_of(raw),
        leaf=canonical.leaf_digest(raw),
        entry=raw.decode(),
        proof=proof.render().decode(),
    )


async def submit(question: Question) -> Response:
    """Pass one signed note on to the gateway, which judges it."""
    key = key_of(question.request.headers.getlist(_KEY_HEADER))
    note = await question.body(ENTRY_BYTES_MAX)
    if not note:
        raise MalformedError("entries: want one signed note")
    programs = question.programs
    index = await programs.passing.pass_on(
        question.token.id, key, note, question.follower
    )
    return answered(Recorded(index=index), 201)
