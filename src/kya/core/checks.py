"""The flat tuple that lists every control, in the order in which decisions list them.

The functions are small, one for each control, and stand in the `checks_` files beside
this one. Each is named for the sentence that must hold, measures one thing, and says
limit and measured value whether it holds or not. One whose limit the scope does not set
is not armed, and no decision lists it.
"""

from collections.abc import Callable
from typing import Final, NamedTuple

from kya.core.case import Case
from kya.core.checks_halt import HALT_STATE, trading_is_active_where_the_order_goes
from kya.core.checks_identity import (
    CLIENT_ORDER_ID_UNIQUE,
    CLOCK_SKEW,
    CREDENTIAL_STANDING,
    CREDENTIAL_VALIDITY,
    SEQUENCE_PREV,
    SEQUENCE_SEQ,
    client_order_id_is_new_today,
    clocks_agree,
    credential_is_active,
    credential_is_within_its_validity,
    sequence_continues_the_chain,
    sequence_has_no_gap,
)
from kya.core.checks_order import (
    DAILY_AMOUNT,
    ORDER_AMOUNT,
    PRICE_KNOWN,
    daily_amount_is_within_max,
    order_amount_is_within_max,
    order_can_be_valued,
)
from kya.core.checks_scope import (
    HOURS_CALENDAR,
    HOURS_WINDOW,
    MARKET_ALLOWED,
    REGION_ALLOWED,
    VENUE_ALLOWED,
    day_is_in_calendar,
    market_is_in_scope,
    region_is_in_scope,
    time_is_within_hours,
    venue_is_in_scope,
)
from kya.core.control import Control, ControlResult, NotArmed
from kya.core.workload import (
    REGION_EVIDENCE,
    RUNTIME_DIGEST,
    region_is_shown_as_the_scope_demands,
    runtime_is_the_pinned_one,
)


class Check(NamedTuple):
    """A control and the function that evaluates it."""

    control: Control
    evaluate: Callable[[Case], ControlResult | NotArmed]


CHECKS: Final = (
    Check(CREDENTIAL_STANDING, credential_is_active),
    Check(CREDENTIAL_VALIDITY, credential_is_within_its_validity),
    Check(HALT_STATE, trading_is_active_where_the_order_goes),
    Check(SEQUENCE_SEQ, sequence_has_no_gap),
    Check(SEQUENCE_PREV, sequence_continues_the_chain),
    Check(CLIENT_ORDER_ID_UNIQUE, client_order_id_is_new_today),
    Check(CLOCK_SKEW, clocks_agree),
    Check(MARKET_ALLOWED, market_is_in_scope),
    Check(VENUE_ALLOWED, venue_is_in_scope),
    Check(REGION_ALLOWED, region_is_in_scope),
    Check(REGION_EVIDENCE, region_is_shown_as_the_scope_demands),
    Check(RUNTIME_DIGEST, runtime_is_the_pinned_one),
    Check(PRICE_KNOWN, order_can_be_valued),
    Check(ORDER_AMOUNT, order_amount_is_within_max),
    Check(DAILY_AMOUNT, daily_amount_is_within_max),
    Check(HOURS_WINDOW, time_is_within_hours),
    Check(HOURS_CALENDAR, day_is_in_calendar),
)
"""Every control, in the order in which a decision lists them."""
