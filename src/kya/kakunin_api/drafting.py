"""From a caller's `financial_scope` to the draft of a mandate. Pure.

A draft grants nothing. What it cannot know it leaves to the people who sign it.
"""

from decimal import Decimal
from typing import Final

from kya.core.errors import MalformedError
from kya.kakunin_api.spelling import Fields, list_in

_CENTS: Final = Decimal("0.01")
_LIST_MAX: Final = 100


def drafted(agent: str, scope: object) -> dict[str, object]:
    """Return what a mandate's draft can take over, and what people must add.

    Dollars stay dollars. MalformedError for a scope that says a thing twice.
    """
    fields = Fields("financial_scope", scope)
    order_max = _dollars(fields, "max_single_trade_usd", "max_trade_size")
    daily_max = _dollars(fields, "daily_limit_usd", "max_daily_volume")
    markets = _texts(fields, "permitted_instruments", "allowed_markets")
    venues = _texts(fields, "permitted_venues")
    leverage = fields.take("leverage_permitted")
    ratio = fields.take("max_leverage_ratio")
    fields.require_none_left()
    limits = {"currency": "USD", "order_max": order_max, "daily_max": daily_max}
    draft = {name: value for name, value in limits.items() if value is not None}
    lost = ["leverage: no limit of ours knows it"] if leverage or ratio else []
    return {
        "agent": agent,
        "scope": draft
        | {
            "markets": [each.upper().replace("_", "/") for each in markets],
            "venues": [each.upper() for each in venues],
        },
        "to_add": ["operator", "grace_seconds", "valid_until", "regions", "window"],
        "not_taken_over": lost,
    }


def _dollars(fields: Fields, *names: str) -> str | None:
    """Return an amount in cents' spelling; a fraction of a cent is no limit."""
    value = fields.take(*names)
    if value is None:
        return None
    is_number = isinstance(value, int | Decimal | str) and not isinstance(value, bool)
    try:
        amount = Decimal(value) if is_number else Decimal(0)  # type: ignore[arg-type]
        exact = amount.quantize(_CENTS)
    except ArithmeticError as error:
        raise MalformedError(f"financial_scope: {names[0]}: no amount") from error
    if exact != amount or amount <= 0:
        msg = f"financial_scope: {names[0]}: want dollars and cents above zero"
        raise MalformedError(msg)
    return str(exact)


def _texts(fields: Fields, *names: str) -> list[str]:
    """Return a list of names."""
    found = list_in(fields.take(*names) or [])
    if found is None or len(found) > _LIST_MAX:
        raise MalformedError(f"financial_scope: {names[0]}: want a list")
    texts = [each for each in found if isinstance(each, str) and each.isprintable()]
    if len(texts) != len(found):
        raise MalformedError(f"financial_scope: {names[0]}: want a list of names")
    return texts
