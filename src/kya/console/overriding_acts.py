"""The act that sets limits aside for one order (RTS 6 Art. 15(6)): what is signed."""

from collections.abc import Iterator
from typing import Final

from kya.codec.overrides import render_override
from kya.console.kinds import Drafted, Wanted, seconds_of
from kya.core.errors import InputError, shown
from kya.core.instant import Instant
from kya.core.limits import OVERRIDE_MICROS_MAX
from kya.core.order import Order
from kya.core.override import Override, OverrideGranted
from kya.core.override_admission import OVERRIDABLE
from kya.core.state import State
from kya.core.tokens import NO_DIGEST
from kya.pki.overriding import AUTHORISING, require_overriding
from kya.pki.prepared_order import read_prepared

CONTROLS: Final = tuple(sorted(OVERRIDABLE))
"""What people can set aside, as the form offers it."""

FIELD: Final = "aside."
"""What the name of a control's field begins with."""

_OTHERS: Final = ", ".join(role.value for role in AUTHORISING[:-1])
_RULE: Final = (
    f"Two people sign: one of risk management verifies, another one ({_OTHERS} or"
    f" {AUTHORISING[-1].value}) authorises."
)


def of_override(
    wanted: Wanted, state: State, now: Instant
) -> tuple[Drafted, OverrideGranted]:
    """Return that named limits do not stop the one order whose note was given."""
    order, line_digest = read_prepared(_note(wanted), state)
    override = Override(
        agent=order.agent,
        order=line_digest,
        controls=tuple(each for each in CONTROLS if f"{FIELD}{each}" in wanted.more),
        reason=wanted.reason,
        at=now,
        expires_at=now.plus(seconds=_seconds(wanted)),
    )
    drafted = Drafted(
        kind=wanted.kind,
        text=render_override(override),
        words=(
            f"This one order of {order.agent} passes what is named, and nothing else.",
            f"It must come until {override.expires_at}, and it can come once.",
            f"Because: {override.reason}",
        ),
        facts=(
            *_facts_of(order),
            ("set aside", ", ".join(override.controls)),
        ),
        cautions=tuple(_cautions(order, override, state)),
        rule=_RULE,
        require_enough=require_overriding,
    )
    return drafted, OverrideGranted(leaf=NO_DIGEST, signed_by=(), override=override)


def _note(wanted: Wanted) -> bytes:
    """Return the note as its agent wrote it: browsers end lines of a form with CRLF."""
    text = wanted.more.get("order", "").replace("\r\n", "\n").strip("\n")
    return f"{text}\n".encode()


def _seconds(wanted: Wanted) -> int:
    """Return for how long; InputError for what is no minute, or too many."""
    seconds, most = seconds_of(wanted), OVERRIDE_MICROS_MAX // 1_000_000
    if not 0 < seconds <= most:
        given = shown(wanted.more.get("minutes", ""))
        raise InputError(f"minutes: want 1 to {most // 60}, got {given}")
    return seconds


def _facts_of(order: Order) -> tuple[tuple[str, str], ...]:
    """Return the order as names and values."""
    price = "" if order.limit_price is None else f" at {order.limit_price}"
    amount = f"{order.amount} {order.amount.currency}"
    return (
        ("order", f"{order.seq} of {order.agent}"),
        ("asks", f"{order.side.value} {order.market} for {amount} at {order.venue}"),
        ("how", f"{order.type.value}{price}, {order.time_in_force.value}"),
        ("to be sent at", str(order.created_at)),
    )


def _cautions(order: Order, override: Override, state: State) -> Iterator[str]:
    """Yield why the order will be denied all the same."""
    past = state.agents[order.agent].past
    if (order.seq, order.prev) != (past.seq + 1, past.prev):
        yield f"The order does not follow {past.seq}, its agent's last one on record."
    if order.created_at > override.expires_at:
        yield "The order is dated for later than this would last: it will be denied."
