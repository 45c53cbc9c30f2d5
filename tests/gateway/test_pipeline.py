"""The road: what gets which answer, what is logged, and what leaves."""

import asyncio
from collections.abc import Callable
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric.utils import (
    decode_dss_signature,
    encode_dss_signature,
)

from kya.adapters.store_memory import Fault as DiskFault
from kya.codec.decisions import parse_decision
from kya.codec.note import NoteSignature, SignedNote, verify
from kya.codec.orders import render_order
from kya.codec.tally import Tally
from kya.core.case import Case
from kya.core.checks import WITHOUT_LIMITS
from kya.core.control import ControlResult
from kya.core.decision import Outcome
from kya.core.errors import DistrustError, MalformedError, TransientError
from kya.core.instant import Instant
from kya.core.lifecycle import Act
from kya.core.money import Currency, Money
from kya.core.order import Side
from kya.core.order_events import OrderDecided, VenueStatus
from kya.core.scope import DailyMaxPer
from kya.evidence.build import everything
from kya.gateway.answer import Freshness
from kya.gateway.pipeline import Gateway
from kya.gateway.ports import MarketAccess
from kya.pki.entries import Entry
from kya.pki.note_signer import NoteSigner, sign_note
from kya.pki.signer import Custody
from tests.gateway.house import House, decision_in, in_house
from tests.world import AGENT, eur, signer_for, the_scope

PER_AGENT = the_scope(daily_max_per=DailyMaxPer.AGENT)


def replaced(note: bytes, old: bytes, new: bytes) -> bytes:
    changed = note.replace(old, new)
    assert changed != note
    return changed


def signed_anew(house: House, line: bytes) -> bytes:
    """A line signed well by the agent, whatever it says."""
    return sign_note(line, house.world.agent).render()


@in_house()
async def test_an_order_inside_its_scope_is_allowed_logged_and_released(
    house: House,
) -> None:
    answer = await house.submit()
    assert answer.outcome is Outcome.ALLOWED
    assert answer.freshness is Freshness.FRESH
    assert await house.arrivals() == ["c-1"]
    assert house.kinds() == ["order", "decision", "report"]
    assert answer.index == len(house.world.entries)


@in_house()
async def test_the_answer_is_the_decision_in_the_log_signed_by_the_gateway(
    house: House,
) -> None:
    answer = await house.submit()
    assert house.sequencer.entry(answer.index + 1) == answer.decision
    key = house.world.gateway.key
    assert verify(SignedNote.parse(answer.decision), [key]) == (key,)
    assert decision_in(answer).outcome == "allowed"


@in_house()
async def test_the_answer_is_durable_when_it_is_given(house: House) -> None:
    answer = await house.submit()
    assert house.sequencer.durable_size >= answer.index + 2


@in_house()
async def test_a_denied_order_is_logged_and_stays_here(house: House) -> None:
    answer = await house.submit(amount=eur("25000.01"))
    assert decision_in(answer).reasons == ["order.amount_max"]
    assert await house.arrivals() == []
    assert house.kinds() == ["order", "decision"]


@in_house()
async def test_exactly_the_maximum_is_allowed(house: House) -> None:
    answer = await house.submit(amount=eur("25000.00"))
    assert answer.outcome is Outcome.ALLOWED


@in_house()
async def test_a_wrong_prev_at_the_right_seq_is_denied_on_record(house: House) -> None:
    answer = await house.submit(prev="ab" * 32)
    assert decision_in(answer).reasons == ["sequence.prev"]
    assert house.sequencer.state.agents[AGENT].past.seq == 1


@in_house()
async def test_the_chain_goes_on_after_a_wrong_prev(house: House) -> None:
    await house.submit(prev="ab" * 32)
    assert (await house.submit()).outcome is Outcome.ALLOWED


@in_house()
async def test_an_order_under_a_revoked_credential_is_refused_on_record(
    house: House,
) -> None:
    await house.submit()
    await house.change_standing(Act.REVOKE)
    house.clock.instant = Instant.parse("2026-05-23T11:00:00.000000Z")
    answer = await house.submit(amount=eur("22000.00"))
    line = decision_in(answer)
    assert answer.outcome is Outcome.REFUSED
    assert line.reasons == ["credential.revoked", "calendar.closed"]
    assert line.counters.after == line.counters.before
    assert house.sequencer.state.agents[AGENT].past.seq == 2
    assert await house.arrivals() == ["c-1"]


@in_house()
async def test_an_order_under_a_suspended_credential_is_refused(house: House) -> None:
    await house.change_standing(Act.SUSPEND)
    answer = await house.submit()
    assert decision_in(answer).reasons == ["credential.suspended"]
    assert await house.arrivals() == []


@in_house()
async def test_a_base_quantity_is_denied_for_want_of_a_price(house: House) -> None:
    amount = Money(25_000 * 10**8, Currency("BTC"))
    answer = await house.submit(amount=amount)
    assert "price.missing" in decision_in(answer).reasons
    assert await house.arrivals() == []


@in_house(scope=PER_AGENT)
async def test_thirty_orders_in_flight_at_the_cap_have_exactly_25_allowed(
    house: House,
) -> None:
    notes = [house.note(order) for order in house.orders(30)]
    answers = await asyncio.gather(*[house.gateway.submit(note) for note in notes])
    outcomes = [answer.outcome for answer in answers]
    assert outcomes.count(Outcome.ALLOWED) == 25
    assert outcomes[:25] == [Outcome.ALLOWED] * 25
    assert len(await house.arrivals()) == 25


@in_house(scope=PER_AGENT)
async def test_thirty_orders_in_flight_in_reverse_have_exactly_25_allowed(
    house: House,
) -> None:
    notes = [house.note(order) for order in reversed(house.orders(30))]
    answers = await asyncio.gather(*[house.gateway.submit(note) for note in notes])
    assert [a.outcome for a in answers].count(Outcome.ALLOWED) == 25


@in_house()
async def test_the_cap_is_counted_by_market_and_side(house: House) -> None:
    for order in house.orders(25):
        assert (
            await house.gateway.submit(house.note(order))
        ).outcome is Outcome.ALLOWED
    assert (await house.submit()).outcome is Outcome.DENIED
    assert (await house.submit(side=Side.SELL)).outcome is Outcome.ALLOWED
    assert (await house.submit(market="GBP/EUR")).outcome is Outcome.ALLOWED


@in_house()
async def test_a_control_that_raises_denies_and_is_named(house: House) -> None:
    with pytest.MonkeyPatch.context() as patch:
        *others, last = WITHOUT_LIMITS
        broken = (*others, last._replace(evaluate=_fail))
        patch.setattr("kya.core.checks.WITHOUT_LIMITS", broken)
        answer = await house.submit()
    line = decision_in(answer)
    assert answer.outcome is Outcome.DENIED
    assert line.reasons == ["control.faulted"]
    assert line.controls[-1].outcome == "cannot_evaluate"
    assert await house.arrivals() == []
    # The gateway goes on, and the report of every package counts the fault.
    assert (await house.submit()).outcome is Outcome.ALLOWED
    assert counted(house)["control.faulted"] == 1


def counted(house: House) -> dict[str, int]:
    """How often a package of this log would name each reason."""
    tally = Tally(everything())
    for entry in map(Entry.read, [*house.world.entries, *house.raws()]):
        is_decision = isinstance(entry.event, OrderDecided)
        tally.take(
            entry.event, parse_decision(entry.note.text) if is_decision else None
        )
    return {
        name: runs.count for name, runs in tally.agents[AGENT].total.reasons.items()
    }


def _fail(_case: Case) -> ControlResult:
    raise ZeroDivisionError


Change = Callable[[bytes], bytes]
UNATTRIBUTABLE: dict[str, Change] = {
    "altered": lambda note: replaced(note, b'"20000.00"', b'"20000.01"'),
    "another agent": lambda note: replaced(note, b'"algo_trader_v2"', b'"algo"'),
    "another certificate": lambda note: replaced(
        note, note.split(b'"credential":"')[1][:64], b"0" * 64
    ),
}


@pytest.mark.parametrize("change", UNATTRIBUTABLE.values(), ids=UNATTRIBUTABLE)
def test_what_nobody_enrolled_signed_is_not_believed(change: Change) -> None:
    @in_house()
    async def test(house: House) -> None:
        with pytest.raises(DistrustError):
            await house.gateway.submit(change(house.note()))
        await nothing_happened(house)

    test()


@in_house()
async def test_a_stranger_s_key_is_not_believed(house: House) -> None:
    stranger = NoteSigner(AGENT, signer_for("stranger"))
    note = sign_note(render_order(house.order()), stranger).render()
    with pytest.raises(DistrustError):
        await house.gateway.submit(note)
    await nothing_happened(house)


MALFORMED: dict[str, Change] = {
    "another spelling": lambda line: line.replace(b'","', b'", "', 1),
    "an unknown field": lambda line: line.replace(b'"agent"', b'"Agent":"x","agent"'),
    "a key twice": lambda line: line.replace(b'"agent"', b'"agent":"x","agent"'),
    "a float": lambda line: line.replace(b'"20000.00"', b"20000.0"),
    "a plus": lambda line: line.replace(b'"20000.00"', b'"+20000.00"'),
    "too few decimals": lambda line: line.replace(b'"20000.00"', b'"20000"'),
    "a lone surrogate": lambda line: line.replace(b'"c-1"', b'"\\ud800"'),
    "no such currency": lambda line: line.replace(b'"EUR"', b'"XXQ"'),
    "an offset": lambda line: line.replace(b".000000Z", b".000000+00:00"),
    "a wrong type": lambda line: line.replace(b"kya/order/v1", b"kya/order/v2"),
    "a decision's type": lambda line: line.replace(b"kya/order/v1", b"kya/decision/v1"),
    "no type": lambda line: line.replace(b'"_type":"kya/order/v1",', b""),
    "two lines": lambda line: line + line,
    "nothing": lambda line: line[:0] + b"\n",
}


@pytest.mark.parametrize("change", MALFORMED.values(), ids=MALFORMED)
def test_what_is_no_order_is_refused_even_well_signed(change: Change) -> None:
    @in_house()
    async def test(house: House) -> None:
        line = render_order(house.order())
        changed = change(line)
        assert changed != line
        with pytest.raises(MalformedError):
            await house.gateway.submit(signed_anew(house, changed))
        await nothing_happened(house)

    test()


@in_house()
async def test_another_statement_is_no_order(house: House) -> None:
    with pytest.raises(MalformedError, match="kya/order/v1"):
        await house.gateway.submit(house.world.entries[0])
    await nothing_happened(house)


@in_house()
async def test_bytes_over_the_entry_limit_are_refused(house: House) -> None:
    with pytest.raises(MalformedError, match="at most 65535"):
        await house.gateway.submit(house.note() + b"x" * 65_535)
    await nothing_happened(house)


@in_house()
async def test_two_signatures_under_one_order_are_refused(house: House) -> None:
    note = sign_note(
        render_order(house.order()), house.world.agent, house.world.gateway
    )
    with pytest.raises(DistrustError, match="alone"):
        await house.gateway.submit(note.render())
    await nothing_happened(house)


async def nothing_happened(house: House) -> None:
    assert house.kinds() == []
    assert await house.arrivals() == []
    assert (await house.submit()).outcome is Outcome.ALLOWED


@in_house()
async def test_the_same_order_again_gets_the_same_answer_and_no_second_release(
    house: House,
) -> None:
    note = house.note()
    first = await house.gateway.submit(note)
    again = await house.gateway.submit(note)
    assert again == replace(first, freshness=Freshness.REPEATED)
    assert await house.arrivals() == ["c-1"]
    assert house.kinds() == ["order", "decision", "report"]


@in_house()
async def test_the_same_order_at_once_many_times_is_judged_once(house: House) -> None:
    note = house.note()
    answers = await asyncio.gather(*[house.gateway.submit(note) for _ in range(10)])
    assert len({answer.decision for answer in answers}) == 1
    assert await house.arrivals() == ["c-1"]


@in_house()
async def test_the_same_line_under_another_signature_is_the_same_order(
    house: House,
) -> None:
    order = house.order()
    first = await house.gateway.submit(house.note(order))
    again = await house.gateway.submit(malleated(house.note(order)))
    assert again.decision == first.decision
    assert "equivocation" not in house.kinds()


def malleated(note: bytes) -> bytes:
    """The same signature spelt with n - s, which verifies as well."""
    order = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
    parsed = SignedNote.parse(note)
    [signature] = parsed.signatures
    r, s = decode_dss_signature(signature.value)
    other = NoteSignature(
        name=signature.name,
        key_id=signature.key_id,
        value=encode_dss_signature(r, order - s),
    )
    changed = SignedNote(parsed.text, (other,)).render()
    assert changed != note
    return changed


@in_house()
async def test_the_same_order_after_a_restart_gets_the_same_answer(
    house: House,
) -> None:
    note = house.note()
    first = await house.gateway.submit(note)
    await house.arrivals()
    await house.restart()
    assert (await house.gateway.submit(note)).decision == first.decision
    assert await house.arrivals() == ["c-1"]


@in_house()
async def test_a_clock_that_stepped_back_stops_the_road(house: House) -> None:
    await house.submit()
    await house.reports()
    house.clock.forward(micros=-1)
    with pytest.raises(TransientError, match="stepped back"):
        await house.submit()
    house.clock.forward(micros=1)
    assert (await house.submit()).outcome is Outcome.ALLOWED
    assert await house.arrivals() == ["c-1", "c-2"]


@in_house()
async def test_a_disk_that_fails_lets_nothing_leave_and_says_why(house: House) -> None:
    house.disk.plan = lambda _name: DiskFault.FAILED
    note = house.note()
    with pytest.raises(TransientError):
        await house.gateway.submit(note)
    with pytest.raises(TransientError, match="stopped by a fault"):
        await house.submit()
    assert await house.arrivals() == []


@in_house()
async def test_a_write_that_failed_but_was_kept_is_judged_once(house: House) -> None:
    note = house.note()
    house.disk.plan = lambda _name: DiskFault.STORED
    with pytest.raises(TransientError):
        await house.gateway.submit(note)
    house.disk.plan = lambda _name: DiskFault.NONE
    await house.restart()
    answer = await house.gateway.submit(note)
    assert answer.freshness is Freshness.REPEATED
    assert answer.outcome is Outcome.ALLOWED
    assert await house.arrivals() == []
    assert [r.status for r in await house.reports()] == [VenueStatus.NOT_RECEIVED]


class BrokenSigner:
    """The gateway's key, answering for another one after it was pinned."""

    def __init__(self) -> None:
        self._named = signer_for("gateway")
        self._used = signer_for("somebody else")

    def public_key(self) -> bytes:
        return self._named.public_key()

    def sign(self, message: bytes) -> bytes:
        return self._used.sign(message)

    def describe(self) -> Custody:
        return self._named.describe()


@in_house()
async def test_a_gateway_key_that_signs_wrongly_is_our_fault_and_not_the_agent_s(
    house: House,
) -> None:
    gateway = Gateway(
        sequencer=house.sequencer,
        signer=NoteSigner("gateway", BrokenSigner()),
        clock=house.clock,
        access=MarketAccess(venues=house.venues),
        root=house.world.root,
    )
    with pytest.raises(TransientError, match="gateway key"):
        await gateway.submit(house.note())
    await nothing_happened(house)


@in_house()
async def test_receipt_is_the_instant_at_which_the_turn_came(house: House) -> None:
    first, second = house.orders(2)
    waiting = asyncio.ensure_future(house.gateway.submit(house.note(second)))
    await asyncio.sleep(0.01)
    house.clock.forward(micros=500)
    await house.gateway.submit(house.note(first))
    line = decision_in(await waiting)
    assert line.received_at == "2026-05-15T09:15:00.000500Z"
