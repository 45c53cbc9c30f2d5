from base64 import b64encode
from itertools import groupby

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kya.codec.canonical import leaf_digest
from kya.codec.note import SignedNote
from kya.codec.order_fields import field_table
from kya.codec.order_records import OrderRecord, RecordEvent, event_of
from kya.codec.orders import ORDER_TYPE
from kya.codec.tally import Selection
from kya.core.errors import DistrustError, InputError
from kya.core.fixed_point import parse_padded
from kya.core.instant import Day
from kya.core.lei import Lei
from kya.core.lifecycle import Act
from kya.core.money import Money
from kya.core.order import TimeInForce
from kya.core.order_events import VenueStatus
from kya.evidence.build import everything
from kya.evidence.record_text import values_of
from kya.evidence.records import Records, order_records
from tests.evidence.order_flow import Step, flow, records_of, steps
from tests.verify.armed import busy_armed_world, converted_world
from tests.verify.packages import busy_world, published
from tests.verify.test_working import cancelled_world
from tests.world import AGENT, EUR, MORNING, ORIGIN, RUNTIME, World

TOO_LARGE = Step(cents=2_500_001)
WITHOUT_ANSWER = Step(answers=())


def events_of(*wanted: Step) -> list[str]:
    return [record.event for record in records_of(flow(wanted))]


def only(step: Step) -> OrderRecord:
    (record,) = records_of(flow([step]))
    return record


def last(step: Step) -> OrderRecord:
    return records_of(flow([step]))[-1]


# ------------------------------------------------------------------------- the laws


@settings(max_examples=40)
@given(st.lists(steps, max_size=6))
def test_every_order_of_the_log_has_one_first_record(wanted: list[Step]) -> None:
    world = flow(wanted)
    records = records_of(world)
    prefix = f'{{"_type":"{ORDER_TYPE}"'.encode()
    logged = [i for i, raw in enumerate(world.entries) if raw.startswith(prefix)]
    assert len(logged) == len(wanted)
    assert [r.order_entry for r in records if event_of(r).is_first] == logged


@settings(max_examples=40)
@given(st.lists(steps, max_size=6))
def test_records_rise_and_each_names_the_one_before(wanted: list[Step]) -> None:
    records = records_of(flow(wanted))
    assert sorted({r.entry for r in records}) == [r.entry for r in records]
    by_order = sorted(records, key=lambda record: (record.order_entry, record.entry))
    for _, found in groupby(by_order, key=lambda record: record.order_leaf):
        chain = list(found)
        assert event_of(chain[0]).is_first
        assert [r.previous for r in chain] == [None, *[r.leaf for r in chain[:-1]]]


@settings(max_examples=40)
@given(st.lists(steps, max_size=6))
def test_what_is_executed_and_what_remains_make_the_order(wanted: list[Step]) -> None:
    for record in records_of(flow(wanted)):
        executed, rest = record.quantity_executed, record.quantity_remaining
        assert (executed is None) is (rest is None)
        if executed is not None and rest is not None:
            parts = parse_padded(executed, 2) + parse_padded(rest, 2)
            assert parts == parse_padded(record.quantity, 2)


@settings(max_examples=40)
@given(st.lists(steps, min_size=1, max_size=6))
def test_what_no_log_says_is_null(wanted: list[Step]) -> None:
    unknown = [f.name for f in field_table().fields if f.source == "unknown"]
    assert len(unknown) > 15
    for record in records_of(flow(wanted)):
        values = values_of(record)
        assert [name for name in unknown if values[name] is not None] == []


# ------------------------------------------------------------------------- the events


@pytest.mark.parametrize(
    ("status", "event"),
    [
        (VenueStatus.FILLED, "FILL"),
        (VenueStatus.PARTIALLY_FILLED, "PARF"),
        (VenueStatus.ACKNOWLEDGED, "ACKN"),
        (VenueStatus.CANCELLED, "CNCL"),
        (VenueStatus.REJECTED, "REMO"),
        (VenueStatus.NOT_RECEIVED, "NRCV"),
        (VenueStatus.UNKNOWN, "UNKN"),
    ],
)
def test_a_venues_word_is_an_event(status: VenueStatus, event: str) -> None:
    assert events_of(Step(answers=(status,))) == ["NEWO", event]


def test_a_cancel_and_its_target_have_records_of_their_own() -> None:
    records = records_of(cancelled_world())
    words = [(r.agent_seq, r.event, r.target_seq) for r in records]
    assert words == [
        (1, "NEWO", None),
        (1, "ACKN", None),
        (2, "NEWO", None),
        (2, "ACKN", None),
        (3, "CAME", 1),
        (1, "CNCL", None),
        (3, "CNCL", 1),
        (4, "BLKG", 1),
        (5, "BLKG", 2),
        (6, "BLKG", None),
        (2, "CNCL", None),
    ]
    assert [r.quantity_executed for r in records if r.agent_seq == 2][1:] == [
        "5000.00",
        "6000.00",
    ]
    assert [r.quantity_remaining for r in records if r.agent_seq == 2][1:] == [
        "15000.00",
        None,
    ]


def test_our_own_block_is_not_the_venues_rejection() -> None:
    record = only(TOO_LARGE)
    assert event_of(record) is RecordEvent.BLOCKED
    assert record.outcome == "denied"
    assert record.primary_reason == "order.amount_max"
    assert record.reasons == ["order.amount_max"]
    assert record.answered_at is record.quantity_executed is None


def test_the_override_of_an_order_is_named() -> None:
    world = World()
    order = world.order(amount=Money(18_000_000, EUR))
    granted = world.set_aside(world.override(order))
    assert world.trade(order) == "allowed"
    (record,) = records_of(world)
    assert (record.event, record.reasons) == ("NEWO", [])
    assert record.override == leaf_digest(granted.raw)


def test_an_order_under_a_revoked_certificate_is_blocked_and_says_so() -> None:
    record = records_of(busy_world())[-1]
    assert (record.event, record.outcome) == ("BLKG", "refused")
    assert "credential.revoked" in record.reasons


def test_an_unknown_outcome_is_followed_and_never_rewritten() -> None:
    world = flow([Step(answers=(VenueStatus.UNKNOWN,))])
    before = records_of(world)
    world.report(1)
    after = records_of(world)
    assert after[:2] == before
    assert after[2].event == "FILL"
    assert after[2].previous == before[1].leaf


# ------------------------------------------------------------------------- the fields


def test_a_record_carries_both_signatures_of_its_order() -> None:
    world = flow([WITHOUT_ANSWER])
    (record,) = records_of(world)
    order, decision = world.entries[record.order_entry], world.entries[record.entry]
    assert (record.order_leaf, record.leaf) == (
        leaf_digest(order),
        leaf_digest(decision),
    )
    for raw, key, shown in (
        (order, record.agent_key_id, record.agent_signature),
        (decision, record.gateway_key_id, record.gateway_signature),
    ):
        (signature,) = SignedNote.parse(raw).signatures
        assert key == signature.key_id.hex()
        assert shown == b64encode(signature.value).decode()


def test_an_order_says_who_allowed_its_agent_what() -> None:
    world = flow([WITHOUT_ANSWER])
    (record,) = records_of(world)
    credential = world.state.credentials[world.credential]
    assert credential.grant is not None
    assert record.log == ORIGIN
    assert record.credential == credential.digest
    assert record.certificate_serial == f"{credential.serial:X}"
    assert record.mandate == credential.grant.mandate
    assert record.resolution == world.mandate.resolution
    assert record.scope == credential.grant.scope_digest
    assert record.limits.order_max == "25000.00"
    assert {control.id for control in record.controls} >= {
        "order.amount",
        "hours.window",
    }


def test_the_reference_price_is_the_one_that_the_order_was_judged_by() -> None:
    records = {record.agent_seq: record for record in records_of(busy_armed_world())}
    first = records[1]
    assert (first.reference_bid, first.reference_ask) == ("1.1719", "1.1721")
    assert (first.reference_at, first.reference_source) == (
        first.received_at,
        "simulated",
    )
    stale = records[max(records)]
    assert stale.reference_at is not None
    assert stale.reference_at < stale.received_at


def test_a_price_that_is_missing_or_of_another_market_is_no_reference() -> None:
    records = records_of(busy_armed_world())
    stale = [each for each in records if "price.stale" in each.reasons]
    foreign = [each for each in records if each.market == "GBP/EUR"]
    without = [each for each in stale if each.reference_bid is None]
    assert foreign
    assert all(each in without for each in foreign)
    assert len(without) == len(foreign) + 1


def test_an_amount_in_another_currency_stays_what_was_ordered() -> None:
    record = records_of(converted_world())[0]
    assert (record.quantity, record.quantity_currency) == ("0.10000000", "BTC")
    assert record.counters.currency == "EUR"
    # 0.1 x 60,000.5 x 1.001 dollars, by 1.1719 x 0.999, rounded up.
    assert record.counters.after.agent == "5130.19"


def test_paper_and_live_are_told_apart() -> None:
    world = World()
    world.trade(world.order(created_at=MORNING.plus(seconds=-86_400)))
    world.trade(world.order(created_at=MORNING))
    assert [r.mode for r in records_of(world)] == ["paper", "live"]


@pytest.mark.parametrize(
    ("time_in_force", "code"),
    [
        (TimeInForce.DAY, "DAVY"),
        (TimeInForce.GTC, "GTCV"),
        (TimeInForce.IOC, "IOCV"),
        (TimeInForce.FOK, "FOKV"),
    ],
)
def test_time_in_force_has_the_laws_code(time_in_force: TimeInForce, code: str) -> None:
    step = Step(time_in_force=time_in_force, answers=())
    assert only(step).validity == code


def test_a_limit_order_has_its_price_from_the_start() -> None:
    record = only(Step(limit="1.1", answers=()))
    assert (record.order_type, record.order_type_class) == ("LIMIT", "LMTO")
    assert (record.limit_price, record.price) == ("1.1", None)
    assert (record.price_currency, record.price_notation) == ("USD", "MONE")


def test_a_market_order_has_no_price_until_it_is_filled() -> None:
    first, filled = records_of(flow([Step()]))
    assert first.limit_price is first.price is first.price_currency is None
    assert (filled.price, filled.price_currency) == ("1.38111", "USD")
    assert filled.price_source == "test"


def test_a_part_that_was_filled_leaves_the_rest() -> None:
    record = last(Step(cents=100, answers=(VenueStatus.PARTIALLY_FILLED,)))
    assert record.quantity == "1.00"
    assert (record.quantity_executed, record.quantity_remaining) == ("0.99", "0.01")
    assert record.quantity_notation == "MONE"


def test_the_algorithms_code_follows_what_is_pinned() -> None:
    world = flow([WITHOUT_ANSWER])
    world.pin(RUNTIME, world.now)
    session = world.session(created_at=world.now.plus(seconds=1))
    world.start(world.session_note(session))
    flow([WITHOUT_ANSWER, WITHOUT_ANSWER], world)
    before, pinned, again = records_of(world)
    assert before.runtime is None
    assert pinned.runtime == str(RUNTIME)
    assert before.investment_decision != pinned.investment_decision
    assert again.investment_decision == pinned.investment_decision
    assert pinned.execution_within_firm == pinned.investment_decision


def test_the_firms_identifier_is_what_the_operator_gave() -> None:
    world = flow([WITHOUT_ANSWER])
    log = published(world.entries, world.log)
    lei = Lei("529900T8BM49AURSDO55")
    (record,) = order_records(log, everything(), lei)
    assert record.firm_lei == lei.text
    assert only(WITHOUT_ANSWER).firm_lei is None


# ------------------------------------------------------------------------- selection


def selected(world: World, first: str, final: str, agent: str | None = None) -> int:
    selection = Selection(agent=agent, first=Day.parse(first), last=Day.parse(final))
    return len([*order_records(published(world.entries, world.log), selection, None)])


def test_an_order_is_selected_by_when_it_was_received() -> None:
    world = flow([Step()])
    assert selected(world, "2026-05-15", "2026-05-15") == 2
    assert selected(world, "2026-05-01", "2026-05-14") == 0
    assert selected(world, "2026-05-16", "2026-05-31") == 0


def test_what_became_of_an_order_is_selected_with_it() -> None:
    world = flow([WITHOUT_ANSWER])
    world.now = world.now.plus(seconds=86_400)
    world.report(1)
    assert selected(world, "2026-05-15", "2026-05-15") == 2
    assert selected(world, "2026-05-16", "2026-05-16") == 0


def test_an_agent_that_the_log_does_not_know_is_named() -> None:
    with pytest.raises(InputError, match=f"agent nobody: .* knows: {AGENT}"):
        selected(flow([]), "2026-05-15", "2026-05-15", "nobody")


# ------------------------------------------------------------------------- bad logs


def test_a_decision_without_its_order_is_not_believed() -> None:
    world = flow([WITHOUT_ANSWER])
    del world.entries[-2]
    with pytest.raises(DistrustError, match="want a decision right after the order"):
        records_of(world)


def test_an_order_under_no_certificate_is_not_believed() -> None:
    world = flow([WITHOUT_ANSWER])
    records = Records(everything(), None)
    records.take(0, world.entries[0])
    records.take(1, world.entries[-2])
    with pytest.raises(DistrustError, match="under an agent's certificate on record"):
        records.take(2, world.entries[-1])


def test_bytes_that_are_no_entry_are_named_by_their_place() -> None:
    with pytest.raises(DistrustError, match="entry 7: "):
        Records(everything(), None).take(7, b"junk")


def test_orders_whose_outcome_is_final_are_forgotten() -> None:
    world = flow([Step()] * 5 + [WITHOUT_ANSWER, TOO_LARGE])
    world.change_standing(Act.SUSPEND, world.now)
    records = Records(everything(), None)
    for index, raw in enumerate(world.entries):
        records.take(index, raw)
    assert records.unanswered == 1
