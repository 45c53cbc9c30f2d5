"""Events of PagerDuty, as its server on loopback gets them."""

import asyncio
import json

import pytest

from kya.adapters.alerts_pagerduty import PAGERDUTY_URL, PagerDutyTarget
from kya.core.errors import InputError
from kya.gateway.alert import Alert, Change
from tests.adapters.doubles.feed import serving
from tests.adapters.doubles.hooks import an_endpoint, takes
from tests.alerting import an_alert_told
from tests.contracts.alerts import AlertTargetContract

KEY = "R0123456789ABCDEF0123456789ABCDE"


class TestContract(AlertTargetContract):
    async def well(self, *alerts: Alert) -> list[str]:
        with serving(takes(202)) as server:
            target = PagerDutyTarget(an_endpoint(server.url), KEY)
            return [await target.tell(alert) for alert in alerts]

    async def away(self, alert: Alert) -> str:
        with serving(takes(429)) as server:
            return await PagerDutyTarget(an_endpoint(server.url), KEY).tell(alert)

    async def refusing(self, alert: Alert) -> str:
        with serving(takes(400)) as server:
            return await PagerDutyTarget(an_endpoint(server.url), KEY).tell(alert)


ACTIONS = {
    Change.OPENED: "trigger",
    Change.ACKNOWLEDGED: "acknowledge",
    Change.EXTENDED: "trigger",
    Change.SUSPENDED: "trigger",
    Change.RELEASED: "resolve",
    Change.REINSTATED: "resolve",
    Change.REVOKED: "resolve",
    Change.TRIED: "trigger",
}


def test_one_incident_is_one_there_from_its_opening_to_its_end() -> None:
    async def told() -> None:
        target = PagerDutyTarget(an_endpoint(server.url), KEY)
        for change in Change:
            await target.tell(an_alert_told(change, reasons=("order.amount_max",) * 99))

    with serving(takes(202)) as server:
        asyncio.run(told())
    events = [json.loads(body) for body in server.bodies]
    assert [each["event_action"] for each in events] == [ACTIONS[c] for c in Change]
    assert {each["dedup_key"] for each in events} == {"kya-" + "1c" * 32}
    assert {each["routing_key"] for each in events} == {KEY}
    payloads = [each["payload"] for each in events]
    assert all(1 <= len(payload["summary"]) <= 1_024 for payload in payloads)
    assert [payload["severity"] for payload in payloads] == ["critical"] * 7 + ["info"]
    assert {payload["source"] for payload in payloads} == {"cryptoex.example/kya/2026"}


def test_it_goes_to_pagerduty_unless_told_otherwise() -> None:
    assert an_endpoint(PAGERDUTY_URL).url.startswith("https://events.pagerduty.com/")


@pytest.mark.parametrize("key", ["", "with space", "schlüssel", "a\nb"])
def test_what_is_no_routing_key_is_refused_and_not_repeated(key: str) -> None:
    with pytest.raises(InputError, match="want a routing key") as caught:
        PagerDutyTarget(an_endpoint(PAGERDUTY_URL), key)
    assert not key or key not in str(caught.value)
