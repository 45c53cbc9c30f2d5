"""Reports and executions of one order, matched: the same sums at the same price, once.

The venue's list may be ahead of its reports, or they of it. So executions wait for the
report that covers them, and reports for the executions that make them up. A report is
confirmed by the executions up to some place in the list whose sum is what it says was
filled, at their mean price, weighted and rounded down.
"""

from typing import NamedTuple

from kya.core.exact_fill import filled_of
from kya.core.execution import Executed, Execution
from kya.core.instant import MICROS_PER_SECOND, Instant
from kya.core.limits import EXECUTION_WAIT_MICROS_MAX
from kya.core.money import Money, Price
from kya.core.order import Order
from kya.core.order_events import OrderSubmitted
from kya.core.recheck import Bounds, Done, beyond

_SECONDS = EXECUTION_WAIT_MICROS_MAX // MICROS_PER_SECOND


class Unexplained(NamedTuple):
    """What the log does not know, or knows otherwise, and what was expected.

    `execution` is the one at this position of the venue's list; None, at position 0,
    where an execution was reported that the list does not have.
    """

    client_id: str
    position: int
    execution: Execution | None
    expected: str


class Waiting(NamedTuple):
    """An execution that no report covers yet; `since` it was copied."""

    position: int
    execution: Execution
    executed: Executed
    since: Instant


class Reported(NamedTuple):
    """A report that the executions do not make up yet; `filled` is in 10**-18."""

    filled: int
    price: Price | None
    at: Instant


class Account(NamedTuple):
    """What list and reports say of one order; `units` and `worth` are confirmed.

    `filled` is what the last report says. `bounds` are what its executions are held
    against, where that is known, and `done` is what they come to. `is_broken` once the
    two sides contradict each other: then nothing that the list says of this order is
    explained any more. A named tuple, for it changes with every line and every report.
    """

    client_id: str
    submitted: OrderSubmitted
    units: int = 0
    worth: int = 0
    filled: int = 0
    executions: tuple[Waiting, ...] = ()
    reports: tuple[Reported, ...] = ()
    seen: frozenset[str] = frozenset()
    is_final: bool = False
    is_broken: bool = False
    bounds: Bounds | None = None
    done: Done = Done()

    @property
    def order(self) -> Order:
        """The order that it is of."""
        return self.submitted.order

    @property
    def is_settled(self) -> bool:
        """Whether nothing more is expected of either side."""
        done = self.is_broken or not (self.executions or self.reports)
        return self.is_final and done


Matched = tuple[Account, tuple[Unexplained, ...]]
"""An account, and what has just turned out to be unexplained."""


def with_execution(
    account: Account, position: int, execution: Execution, since: Instant
) -> Matched:
    """Take an execution from the list."""
    order, executed = account.order, execution.of(account.order)
    if account.is_broken or execution.execution_id in account.seen:
        why = f"{_name(order)}: each execution once, and as reported"
        return account, (_unexplained(account, position, execution, why),)
    if executed is None:
        where = f"{order.side.value} {order.market} in {order.amount.currency}"
        return account, (
            _unexplained(account, position, execution, f"{_name(order)}: {where}"),
        )
    waiting = Waiting(position, execution, executed, since)
    account = account._replace(
        executions=(*account.executions, waiting),
        seen=account.seen | {execution.execution_id},
        done=account.done.plus(order, executed),
    )
    settled, found = _settled(account)
    return settled, (*_rechecked(account, waiting), *found)


def _rechecked(account: Account, waiting: Waiting) -> tuple[Unexplained, ...]:
    """Name an execution that breaks a limit which its order was allowed by."""
    if account.bounds is None:
        return ()
    order, executed = account.order, waiting.executed
    broken = beyond(order, account.bounds, executed, account.done)
    if not (said := "; ".join(broken)):
        return ()
    expected = f"{_name(order)}: {said}"
    return (_unexplained(account, waiting.position, waiting.execution, expected),)


def with_report(account: Account, reported: Reported, *, is_final: bool) -> Matched:
    """Take a report of what is filled so far; the final one is the last."""
    ahead = account.reports
    if reported.filled > account.filled:
        ahead = (*ahead, reported)
    return _settled(
        account._replace(filled=reported.filled, reports=ahead, is_final=is_final)
    )


def overdue(account: Account, now: Instant, whole_until: Instant) -> Unexplained | None:
    """Return what has waited too long for its other side, if anything has.

    An execution waits by our clock; a report, until the list is said to hold all that
    happened by then.
    """
    if account.is_broken:
        return None
    for reported in account.reports[:1]:
        if reported.at.plus(micros=EXECUTION_WAIT_MICROS_MAX) < whole_until:
            said = f"executions that make up {_said(account.order, reported)}"
            return _short_of(account, said)
        return None
    for waiting in account.executions[:1]:
        if waiting.since.plus(micros=EXECUTION_WAIT_MICROS_MAX) < now:
            return _short_of(account, f"a report of it within {_SECONDS} s")
    return None


def _short_of(account: Account, said: str) -> Unexplained:
    """Name the first execution that waits, if any, and what it waits for."""
    expected = f"{_name(account.order)}: {said}"
    for waiting in account.executions[:1]:
        return _unexplained(account, waiting.position, waiting.execution, expected)
    return Unexplained(account.client_id, 0, None, expected)


def broken(account: Account) -> Account:
    """Return the account after somebody was told what is wrong with it."""
    return account._replace(executions=(), reports=(), is_broken=True)


def _settled(account: Account) -> Matched:
    """Confirm every report that the executions make up by now."""
    while account.reports and not account.is_broken:
        reported = account.reports[0]
        units, worth, count = account.units, account.worth, 0
        for waiting in account.executions:
            if units >= reported.filled:
                break
            units += waiting.executed.units
            worth += waiting.executed.units * waiting.executed.price
            count += 1
        if units < reported.filled:
            break
        price = None if reported.price is None else reported.price.units
        if units != reported.filled or worth // units != price:
            said = _said(account.order, reported)
            return _broken_by(account, account.executions[:count], said)
        account = account._replace(
            units=units,
            worth=worth,
            executions=account.executions[count:],
            reports=account.reports[1:],
        )
    if account.is_final and not account.reports and account.executions:
        filled = _amount(account.order, account.filled)
        said = f"{filled} filled in all, as its last report says"
        return _broken_by(account, account.executions, said)
    return account, ()


def _broken_by(account: Account, executions: tuple[Waiting, ...], said: str) -> Matched:
    """Name the executions that contradict the report, and end the account."""
    expected = f"{_name(account.order)}: {said}"
    named = tuple(
        _unexplained(account, waiting.position, waiting.execution, expected)
        for waiting in executions
    )
    return broken(account), named


def _unexplained(
    account: Account, position: int, execution: Execution, expected: str
) -> Unexplained:
    """Return an execution that the account does not explain."""
    return Unexplained(account.client_id, position, execution, expected)


def _name(order: Order) -> str:
    """Return the order as the log knows it."""
    return f"order {order.seq} of {order.agent}"


def _said(order: Order, reported: Reported) -> str:
    """Return what a report says was filled."""
    price = "no price" if reported.price is None else f"{reported.price}"
    filled = _amount(order, reported.filled)
    return f"{filled} at {price}, as reported at {reported.at}"


def _amount(order: Order, units: int) -> str:
    """Return so much of the order's currency in words, exactly."""
    currency = order.amount.currency
    told, exact = filled_of(units, currency)
    return f"{currency} {exact or told or Money(0, currency)}"
