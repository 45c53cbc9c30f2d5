"""What an agent may ask of its own past: orders, executions, and a venue's account."""

import re
from collections.abc import Mapping
from typing import Final

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from kya.api.problems import Problem, ProblemError, not_found
from kya.codec.told_past import ExecutionTold, OrderTold
from kya.core.limits import HISTORY_ORDERS_MAX
from kya.gateway.history import History, KnownExecution, KnownOrder
from kya.gateway.ports import Account

LAST: Final = 100
_COUNT: Final = re.compile(r"[1-9][0-9]{0,3}", re.ASCII)


def history_routes(
    history: History, accounts: Mapping[str, Account]
) -> tuple[Route, ...]:
    """Return the routes of an agent's past, and of the accounts that can be asked."""

    async def orders(request: Request) -> Response:
        agent = request.path_params["agent"]
        return _json([_order(o) for o in await history.orders(agent, _last(request))])

    async def executions(request: Request) -> Response:
        agent = request.path_params["agent"]
        found = await history.executions(agent, _last(request))
        return _json([_execution(each) for each in found])

    async def balances(request: Request) -> Response:
        venue = request.path_params["venue"]
        account = accounts.get(venue)
        if account is None:
            raise ProblemError(not_found(f"no venue {venue!r} tells of its account"))
        return _json(await account.balances())

    return (
        Route("/v1/agents/{agent}/orders", orders),
        Route("/v1/agents/{agent}/executions", executions),
        Route("/v1/venues/{venue}/balances", balances),
    )


def _json(value: object) -> Response:
    """Return the value as JSON."""
    return Response(msgspec.json.encode(value), media_type="application/json")


def _last(request: Request) -> int:
    """Return how many are asked for, the newest."""
    text = request.query_params.get("last", str(LAST))
    if _COUNT.fullmatch(text) is None or int(text) > HISTORY_ORDERS_MAX:
        detail = f"last: want 1 to {HISTORY_ORDERS_MAX}"
        raise ProblemError(
            Problem(status=400, name="malformed", title="Malformed", detail=detail)
        )
    return int(text)


def _order(known: KnownOrder) -> OrderTold:
    """Return what is told of an order."""
    order, report = known.order, known.report
    filled = None if report is None else report.filled
    price = None if report is None else report.price
    return OrderTold(
        seq=order.seq,
        order_index=known.index,
        order=known.leaf,
        client_order_id=order.client_order_id,
        action=order.action.value,
        market=order.market,
        side=order.side.value,
        type=order.type.value,
        amount=str(order.amount),
        currency=order.amount.currency.code,
        limit_price=None if order.limit_price is None else str(order.limit_price),
        time_in_force=order.time_in_force.value,
        target=order.target,
        created_at=str(order.created_at),
        outcome=None if known.outcome is None else known.outcome.value,
        reasons=known.reasons,
        venue=None if report is None else report.status.value,
        filled=None if filled is None else str(filled),
        price=None if price is None else str(price),
        detail="" if report is None else report.detail,
        reported_at=None if report is None else str(report.at),
    )


def _execution(known: KnownExecution) -> ExecutionTold:
    """Return what is told of a line of a venue's own list."""
    line = known.execution
    return ExecutionTold(
        seq=known.seq,
        execution_id=line.execution_id,
        market=line.market,
        side=line.side.value,
        amount=line.amount,
        currency=line.currency,
        price=line.price,
        at=str(line.at),
    )
