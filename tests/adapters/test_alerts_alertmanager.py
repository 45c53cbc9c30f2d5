"""Alerts of Alertmanager, as its server on loopback gets them."""

import asyncio
import json
from typing import Any

from kya.adapters.alerts_alertmanager import AlertmanagerTarget
from kya.gateway.alert import Alert, Change
from tests.adapters.doubles.feed import FeedServer, serving
from tests.adapters.doubles.hooks import an_endpoint, takes
from tests.alerting import an_alert_told
from tests.contracts.alerts import AlertTargetContract
from tests.world import MORNING


class TestContract(AlertTargetContract):
    async def well(self, *alerts: Alert) -> list[str]:
        with serving(takes(200)) as server:
            target = AlertmanagerTarget(an_endpoint(server.url))
            return [await target.tell(alert) for alert in alerts]

    async def away(self, alert: Alert) -> str:
        with serving(takes(500)) as server:
            return await AlertmanagerTarget(an_endpoint(server.url)).tell(alert)

    async def refusing(self, alert: Alert) -> str:
        with serving(takes(400)) as server:
            return await AlertmanagerTarget(an_endpoint(server.url)).tell(alert)


def alert_in(server: FeedServer, number: int) -> dict[str, Any]:
    (alert,) = json.loads(server.bodies[number])
    assert isinstance(alert, dict)
    return alert


def told(token: str, *alerts: Alert) -> FeedServer:
    async def tell() -> None:
        target = AlertmanagerTarget(an_endpoint(server.url), token)
        for alert in alerts:
            await target.tell(alert)

    with serving(takes(200)) as server:
        asyncio.run(tell())
    return server


def test_it_fires_until_the_incident_is_over_and_is_one_alert_all_the_time() -> None:
    over = an_alert_told(Change.REVOKED, since=MORNING.plus(seconds=600))
    server = told("", *map(an_alert_told, Change), over)
    alerts = [alert_in(server, number) for number in range(len(Change) + 1)]
    first = alerts[0]
    assert first["startsAt"] == "2026-05-15T09:15:00.000000Z"
    assert first["endsAt"] == "2026-06-14T09:15:01.500000Z"
    assert first["labels"]["alertname"] == "KyaIncident"
    assert all(each["labels"] == first["labels"] for each in alerts[:7])
    assert alerts[-1]["labels"] == first["labels"]
    assert alerts[-1]["endsAt"] == "2026-05-15T09:25:00.000000Z"
    states = [each["annotations"]["state"] for each in alerts]
    assert states == [*[change.value for change in Change], "revoked"]
    values = [
        value
        for each in alerts
        for part in ("labels", "annotations")
        for value in each[part].values()
    ]
    assert all(type(value) is str for value in values)


def test_a_test_ends_by_itself() -> None:
    alert = alert_in(told("", an_alert_told(Change.TRIED)), 0)
    assert alert["endsAt"] == "2026-05-15T09:16:01.500000Z"
    assert alert["labels"]["severity"] == "info"


def test_a_token_is_shown_if_there_is_one() -> None:
    alert = an_alert_told()
    assert told("s3cr3t", alert).requests[0]["authorization"] == "Bearer s3cr3t"
    assert "authorization" not in told("", alert).requests[0]
