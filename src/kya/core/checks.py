"""The flat tuple that lists every control, in the order in which decisions list them.

The functions are small, one for each control, and stand in the `checks_` files beside
this one. Each is named for the sentence that must hold, measures one thing, and says
limit and measured value whether it holds or not. One whose limit the scope does not set
is not armed, and no decision lists it.
"""

from collections.abc import Callable
from typing import Final, NamedTuple

from kya.core.case import Case
from kya.core.checks_action import (
    ACTION_ALLOWED,
    ACTION_TARGET,
    action_is_allowed,
    credential_may_still_cancel,
    target_is_a_working_order,
)
from kya.core.checks_behaviour import (
    BASELINE,
    EXPIRY,
    RENEWAL,
    SCORE_CRITICAL,
    SCORE_WARN,
    SEQUENCE,
    baseline_has_not_expired,
    baseline_is_locked_for_this_release,
    baseline_needs_no_renewal_yet,
    score_gives_no_warning,
    score_is_not_critical,
    sequence_is_like_the_past,
)
from kya.core.checks_exposure import (
    GROSS,
    LATCH_DRAWDOWN,
    LATCH_LOSS,
    NET,
    OPEN_IN_MARKET,
    OPEN_ORDERS,
    POSITION,
    SELF_TRADE,
    VENUE_CREDIT,
    VENUE_DAILY,
    daily_loss_has_not_latched,
    drawdown_has_not_latched,
    gross_exposure_stays_within_max,
    net_exposure_stays_within_max,
    open_orders_are_few_enough,
    open_orders_in_the_market_are_few_enough,
    order_meets_no_other_of_the_firm,
    position_stays_within_max,
    venue_credit_is_not_used_up,
    venue_sees_no_more_in_a_day,
)
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
from kya.core.checks_incident import INCIDENT_GRACE, incident_is_within_its_grace
from kya.core.checks_order import (
    DAILY_AMOUNT,
    ORDER_AMOUNT,
    ORDER_UNITS,
    PRICE_KNOWN,
    daily_amount_is_within_max,
    order_amount_is_within_max,
    order_can_be_valued,
    order_units_are_within_max,
)
from kya.core.checks_place import (
    PLACE_DAILY_AMOUNT,
    PLACE_OPEN_ORDERS,
    PLACE_ORDER_AMOUNT,
    daily_amount_is_within_max_of_each_place,
    open_orders_are_within_max_of_each_place,
    order_amount_is_within_max_of_each_place,
)
from kya.core.checks_price import (
    PRICE_AGE,
    PRICE_BAND,
    PRICE_BOOK,
    PRICE_COLLAR,
    PRICE_SPREAD,
    book_is_open_and_not_crossed,
    price_is_fresh,
    price_is_within_the_collar,
    price_is_within_the_warning_band,
    spread_is_within_max,
)
from kya.core.checks_rate import (
    DAILY_ORDERS,
    DUPLICATE,
    LATCH_EXECUTIONS,
    LATCH_REJECTS,
    ORDERS_PER_FILL,
    PRICE_DRIFT,
    RATE_DAY,
    RATE_MINUTE,
    RATE_SECOND,
    day_has_few_enough_orders,
    day_has_room,
    executions_have_not_latched,
    minute_has_room,
    order_is_no_duplicate,
    orders_are_in_proportion_to_fills,
    price_has_not_drifted,
    rejects_have_not_latched,
    second_has_room,
)
from kya.core.checks_scope import (
    HOURS_CALENDAR,
    HOURS_WINDOW,
    MARKET_ALLOWED,
    ORDER_TIME_IN_FORCE,
    ORDER_TYPE,
    REGION_ALLOWED,
    VENUE_ALLOWED,
    day_is_in_calendar,
    market_is_in_scope,
    order_type_is_in_scope,
    region_is_in_scope,
    time_in_force_is_in_scope,
    time_is_within_hours,
    venue_is_in_scope,
)
from kya.core.control import Control, ControlResult, NotArmed
from kya.core.order import Action, Order
from kya.core.scope import Scope
from kya.core.scope_limits import NO_LIMITS
from kya.core.workload import (
    REGION_EVIDENCE,
    RUNTIME_DIGEST,
    region_is_shown_as_the_scope_demands,
    runtime_is_the_pinned_one,
)


class Check(NamedTuple):
    """A control and the function that evaluates it.

    One of the scope's `limits` is not armed by anything but a field of these.
    """

    control: Control
    evaluate: Callable[[Case], ControlResult | NotArmed]
    of_limits: bool = False


CHECKS: Final = (
    Check(CREDENTIAL_STANDING, credential_is_active),
    Check(CREDENTIAL_VALIDITY, credential_is_within_its_validity),
    Check(HALT_STATE, trading_is_active_where_the_order_goes),
    Check(INCIDENT_GRACE, incident_is_within_its_grace),
    Check(SEQUENCE_SEQ, sequence_has_no_gap),
    Check(SEQUENCE_PREV, sequence_continues_the_chain),
    Check(CLIENT_ORDER_ID_UNIQUE, client_order_id_is_new_today),
    Check(CLOCK_SKEW, clocks_agree),
    Check(ACTION_ALLOWED, action_is_allowed),
    Check(ACTION_TARGET, target_is_a_working_order),
    Check(MARKET_ALLOWED, market_is_in_scope),
    Check(VENUE_ALLOWED, venue_is_in_scope),
    Check(REGION_ALLOWED, region_is_in_scope),
    Check(REGION_EVIDENCE, region_is_shown_as_the_scope_demands),
    Check(RUNTIME_DIGEST, runtime_is_the_pinned_one),
    Check(ORDER_TYPE, order_type_is_in_scope, of_limits=True),
    Check(ORDER_TIME_IN_FORCE, time_in_force_is_in_scope, of_limits=True),
    Check(PRICE_AGE, price_is_fresh, of_limits=True),
    Check(PRICE_BOOK, book_is_open_and_not_crossed, of_limits=True),
    Check(PRICE_SPREAD, spread_is_within_max, of_limits=True),
    Check(PRICE_BAND, price_is_within_the_warning_band, of_limits=True),
    Check(PRICE_COLLAR, price_is_within_the_collar, of_limits=True),
    Check(PRICE_DRIFT, price_has_not_drifted, of_limits=True),
    Check(PRICE_KNOWN, order_can_be_valued),
    Check(ORDER_AMOUNT, order_amount_is_within_max),
    Check(ORDER_UNITS, order_units_are_within_max, of_limits=True),
    Check(DAILY_AMOUNT, daily_amount_is_within_max),
    Check(PLACE_ORDER_AMOUNT, order_amount_is_within_max_of_each_place),
    Check(PLACE_DAILY_AMOUNT, daily_amount_is_within_max_of_each_place),
    Check(PLACE_OPEN_ORDERS, open_orders_are_within_max_of_each_place),
    Check(DUPLICATE, order_is_no_duplicate, of_limits=True),
    Check(RATE_SECOND, second_has_room, of_limits=True),
    Check(RATE_MINUTE, minute_has_room, of_limits=True),
    Check(RATE_DAY, day_has_room, of_limits=True),
    Check(DAILY_ORDERS, day_has_few_enough_orders, of_limits=True),
    Check(ORDERS_PER_FILL, orders_are_in_proportion_to_fills, of_limits=True),
    Check(LATCH_REJECTS, rejects_have_not_latched, of_limits=True),
    Check(LATCH_EXECUTIONS, executions_have_not_latched, of_limits=True),
    Check(OPEN_ORDERS, open_orders_are_few_enough, of_limits=True),
    Check(OPEN_IN_MARKET, open_orders_in_the_market_are_few_enough, of_limits=True),
    Check(POSITION, position_stays_within_max, of_limits=True),
    Check(GROSS, gross_exposure_stays_within_max, of_limits=True),
    Check(NET, net_exposure_stays_within_max, of_limits=True),
    Check(VENUE_DAILY, venue_sees_no_more_in_a_day, of_limits=True),
    Check(VENUE_CREDIT, venue_credit_is_not_used_up, of_limits=True),
    Check(SELF_TRADE, order_meets_no_other_of_the_firm, of_limits=True),
    Check(LATCH_LOSS, daily_loss_has_not_latched, of_limits=True),
    Check(LATCH_DRAWDOWN, drawdown_has_not_latched, of_limits=True),
    Check(BASELINE, baseline_is_locked_for_this_release, of_limits=True),
    Check(EXPIRY, baseline_has_not_expired, of_limits=True),
    Check(RENEWAL, baseline_needs_no_renewal_yet, of_limits=True),
    Check(SCORE_WARN, score_gives_no_warning, of_limits=True),
    Check(SCORE_CRITICAL, score_is_not_critical, of_limits=True),
    Check(SEQUENCE, sequence_is_like_the_past, of_limits=True),
    Check(HOURS_WINDOW, time_is_within_hours),
    Check(HOURS_CALENDAR, day_is_in_calendar),
)
"""Every control, in the order in which a decision lists them."""

WITHOUT_LIMITS: Final = tuple(check for check in CHECKS if not check.of_limits)
"""The same without those that a scope without `limits` cannot arm: most of them."""

CANCEL_CHECKS: Final = (
    Check(CREDENTIAL_STANDING, credential_may_still_cancel),
    Check(CREDENTIAL_VALIDITY, credential_is_within_its_validity),
    Check(SEQUENCE_SEQ, sequence_has_no_gap),
    Check(SEQUENCE_PREV, sequence_continues_the_chain),
    Check(CLIENT_ORDER_ID_UNIQUE, client_order_id_is_new_today),
    Check(CLOCK_SKEW, clocks_agree),
    Check(ACTION_ALLOWED, action_is_allowed),
    Check(ACTION_TARGET, target_is_a_working_order),
)
"""What is asked of a cancel: who, in which turn, and of what; no limit is."""


def checks_of(order: Order, scope: Scope) -> tuple[Check, ...]:
    """Return what is asked of the order, and can be armed, under this scope."""
    if order.action is Action.CANCEL:
        return CANCEL_CHECKS
    return WITHOUT_LIMITS if scope.limits is NO_LIMITS else CHECKS
