"""The page for whoever writes a bot: its snippet runs as it stands there."""

from dataclasses import replace

from kya.core.money import Price
from kya.core.order import Action, OrderType, TimeInForce
from kya.core.scope_limits import ACTIONS_WITH_A_ROAD, Limits
from tests.agent.desk import Desk, an_instruction
from tests.agent.fake_gateway import FakeGateway, serving
from tests.surface.blocks import ROOT, blocks
from tests.world import World, eur, the_scope

PAGE = ROOT / "docs" / "how-to" / "write-a-bot.md"


def test_a_resting_order_is_replaced_and_cancelled_as_the_page_says() -> None:
    (shown,) = (block for block in blocks(PAGE) if block.language == "python")
    scope = the_scope(limits=Limits(actions=ACTIONS_WITH_A_ROAD))
    gateway = FakeGateway(world=World(scope=scope))
    resting = replace(
        an_instruction("order-1"),
        type=OrderType.LIMIT,
        limit_price=Price.parse("1.1"),
        time_in_force=TimeInForce.GTC,
    )
    smaller = replace(resting, client_order_id="order-2", amount=eur("15000.00"))
    desk = Desk(gateway=gateway)
    with serving(gateway) as url, desk.agent(url) as agent:
        names = {"agent": agent, "resting": resting, "smaller": smaller}
        exec(shown.text, names)  # noqa: S102  the page's own words
    orders = gateway.world.state.agents[desk.identity.agent].unanswered.values()
    assert [(each.order.action, each.order.target) for each in orders] == [
        (Action.NEW, None),
        (Action.REPLACE, 1),
        (Action.CANCEL, 1),
    ]
