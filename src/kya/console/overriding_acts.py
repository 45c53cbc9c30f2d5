"""The act that lets one order pass limits (RTS 6 Art. 15(6)): what is signed for it."""

from collections.abc import Iterator
from typing import Final

from kya.agent.chain import SignedOrder
from kya.agent.prepared import read_prepared
from kya.codec.overrides import render_override
from kya.console.kinds import Drafted, Wanted, seconds_of
from kya.core.instant import Instant
from kya.core.order import Order
from kya.core.override import Override, OverrideGranted
from kya.core.state import State
from kya.core.tokens import NO_DIGEST
from kya.pki.overriding import require_overriding

CONTROL: Final = "control."
"""Before the id of a control, the name of the box that sets it aside."""

_RULE: Final = (
    "Risk management signs, and another person: an operator, a director or compliance."
)


def of_override(
    wanted: Wanted, state: State, now: Instant
) -> tuple[Drafted, OverrideGranted]:
    """Return that one order passes limits, which its agent has signed and not sent."""
    signed = read_prepared(state, _note(wanted))
    controls = [name.removeprefix(CONTROL) for name in wanted.more if _is_box(name)]
    override = Override(
        agent=signed.order.agent,
        order=signed.line_digest,
        controls=tuple(sorted(controls)),
        reason=wanted.reason,
        at=now,
        expires_at=now.plus(seconds=seconds_of(wanted)),
    )
    drafted = Drafted(
        kind=wanted.kind,
        text=render_override(override),
        words=(
            f"One order of {override.agent} may pass {', '.join(override.controls)}.",
            f"It must come until {override.expires_at}; every other limit holds.",
            f"Because: {override.reason}",
        ),
        facts=tuple(_facts(signed)),
        cautions=tuple(_cautions(signed.order, override, state)),
        rule=_RULE,
        require_enough=require_overriding,
    )
    return drafted, OverrideGranted(leaf=NO_DIGEST, signed_by=(), override=override)


def _note(wanted: Wanted) -> bytes:
    """Return the order's note; browsers end the lines of a field with CR and LF."""
    text = wanted.more.get("note", "").replace("\r\n", "\n")
    return f"{text.rstrip()}\n".encode()


def _is_box(name: str) -> bool:
    """Tell whether a field of the form sets a control aside."""
    return name.startswith(CONTROL)


def _facts(signed: SignedOrder) -> Iterator[tuple[str, str]]:
    """Yield what the order asks for, as names and values."""
    order = signed.order
    yield "order", f"{order.seq} of {order.agent}, {order.action.value}"
    amount = f"{order.amount} {order.amount.currency}"
    yield "asks to", f"{order.side.value} {order.market} for {amount}"
    price = "" if order.limit_price is None else f" at {order.limit_price}"
    yield "as", f"{order.type.value}{price}, {order.time_in_force.value}"
    yield "venue", order.venue
    yield "to be sent at", str(order.created_at)
    yield "SHA-256 of its line", signed.line_digest


def _cautions(order: Order, override: Override, state: State) -> Iterator[str]:
    """Yield why the order may be refused all the same."""
    past = state.agents[order.agent].past
    if (order.seq, order.prev) != (past.seq + 1, past.prev):
        yield f"It does not follow order {past.seq}, the agent's last one on record."
    if not override.at <= order.created_at <= override.expires_at:
        yield "It is dated for a moment at which this override is not in force."
