"""An order under a used `seq`: the same answer, or evidence of a double signature.

ECDSA signatures are randomised and malleable, so one order can come in many notes. What
makes two orders the same is the line that was signed.
"""

from typing import NoReturn

from kya.codec.reports import render_equivocation
from kya.core.errors import CorruptionError
from kya.core.order_events import Equivocated, OrderDecided, OrderSubmitted
from kya.gateway.answer import Answer, Freshness
from kya.gateway.refusals import OutOfTurnError
from kya.gateway.scribe import Scribe
from kya.pki.entries import Entry


async def answer_again(
    scribe: Scribe, entry: Entry, submitted: OrderSubmitted
) -> Answer:
    """Return the answer that the same order got; nothing is released again.

    Another order under this `seq` raises OutOfTurnError, once its note is on record as
    an equivocation. The entry must be authentic.
    """
    sequencer, order = scribe.sequencer, submitted.order
    index = sequencer.order_index(order.agent, order.seq)
    if index is None:
        raise CorruptionError(
            f"order {order.seq} of {order.agent}: used, but not found"
        )
    recorded = sequencer.entry(index)
    if not recorded.startswith(entry.note.text + b"\n"):
        await _denounce(scribe, entry, submitted, recorded)
    await sequencer.durable(index + 2)
    decision = sequencer.entry(index + 1)
    event = Entry.read(decision).event
    if not isinstance(event, OrderDecided):
        raise CorruptionError(f"entry {index + 1}: want the decision on entry {index}")
    return Answer(
        decision=decision,
        index=index,
        outcome=event.outcome,
        freshness=Freshness.REPEATED,
    )


async def _denounce(
    scribe: Scribe, entry: Entry, submitted: OrderSubmitted, recorded: bytes
) -> NoReturn:
    """Put the second signature on record unless one is, and raise OutOfTurnError."""
    sequencer, order = scribe.sequencer, submitted.order
    agent = sequencer.state.agents[order.agent]
    if order.seq not in agent.equivocated:
        first = Entry.read(recorded).event
        if not isinstance(first, OrderSubmitted):
            raise CorruptionError(f"order {order.seq} of {order.agent}: no order there")
        event = Equivocated(
            agent=order.agent,
            seq=order.seq,
            order=first.leaf,
            conflicting=entry.raw,
            at=scribe.now(),
        )
        await sequencer.append(scribe.sign(render_equivocation(event), event))
    reason = (
        f"order {order.seq} of {order.agent}: another order is on record under this seq"
    )
    raise OutOfTurnError(reason, agent.past)
