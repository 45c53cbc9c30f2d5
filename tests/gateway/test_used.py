"""Another order under a used seq is evidence, logged once and never judged."""

import pytest

from kya.core.errors import DistrustError
from kya.core.lifecycle import Act
from kya.core.order_events import Equivocated
from kya.gateway.refusals import OutOfTurnError
from kya.pki.entries import Entry
from tests.gateway.house import House, in_house
from tests.world import AGENT, eur


@in_house()
async def test_other_bytes_under_a_used_seq_are_refused_and_logged_as_equivocation(
    house: House,
) -> None:
    order = house.order()
    first = await house.gateway.submit(house.note(order))
    await house.reports()
    other = house.note(
        house.world.order(amount=eur("1.00"), created_at=order.created_at)
    )
    with pytest.raises(OutOfTurnError, match="another order is on record") as refusal:
        await house.gateway.submit(other)
    assert refusal.value.expected_seq == 2
    assert house.kinds() == ["order", "decision", "report", "equivocation"]
    event = Entry.read(house.raws()[-1]).event
    assert isinstance(event, Equivocated)
    recorded = Entry.read(house.sequencer.entry(first.index)).event
    assert (event.agent, event.seq, event.conflicting) == (AGENT, 1, other)
    assert event.order == recorded.leaf  # type: ignore[union-attr]
    assert await house.arrivals() == ["c-1"]


@in_house()
async def test_one_equivocation_is_logged_for_each_seq(house: House) -> None:
    await house.submit()
    await house.submit()
    for seq in (1, 2, 1, 2, 1):
        other = house.note(house.order(seq=seq, amount=eur(f"{seq}.50")))
        with pytest.raises(OutOfTurnError):
            await house.gateway.submit(other)
    assert house.kinds().count("equivocation") == 2


@in_house()
async def test_an_equivocation_under_a_revoked_credential_is_logged_too(
    house: House,
) -> None:
    await house.submit()
    await house.change_standing(Act.REVOKE)
    with pytest.raises(OutOfTurnError):
        await house.gateway.submit(house.note(house.order(seq=1, amount=eur("2.00"))))
    assert "equivocation" in house.kinds()


@in_house()
async def test_other_bytes_that_nobody_signed_are_no_evidence(house: House) -> None:
    note = house.note()
    await house.gateway.submit(note)
    forged = note.replace(b'"20000.00"', b'"20000.01"')
    with pytest.raises(DistrustError):
        await house.gateway.submit(forged)
    assert "equivocation" not in house.kinds()


@in_house()
async def test_an_equivocation_is_remembered_across_a_restart(house: House) -> None:
    await house.submit()
    other = house.note(house.order(seq=1, amount=eur("2.00")))
    for _ in range(2):
        with pytest.raises(OutOfTurnError):
            await house.gateway.submit(other)
        await house.restart()
    assert house.kinds().count("equivocation") == 1
