"""Alerts by Apprise, whose plainest service is our server on loopback."""

import asyncio
import json
import logging
import time

import pytest

from kya.adapters.alerts_apprise import AppriseTarget
from kya.core.errors import InputError, TransientError
from kya.gateway.alert import Alert, Change
from tests.adapters.doubles.feed import Asked, FeedServer, Reply, serving
from tests.adapters.doubles.hooks import takes
from tests.alerting import an_alert_told
from tests.contracts.alerts import AlertTargetContract

# Apprise imports what Python has deprecated, where it is still there.
pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated")


def a_target(server: FeedServer, millis: int = 2_000) -> AppriseTarget:
    """The service that posts JSON to the server; its address holds a password."""
    return AppriseTarget((f"json://me:s3cr3t@127.0.0.1:{server.port}/",), millis)


def told(reply: Reply, alert: Alert, millis: int = 2_000) -> tuple[str, FeedServer]:
    with serving(reply) as server:
        word = asyncio.run(a_target(server, millis).tell(alert))
    return word, server


class TestContract(AlertTargetContract):
    async def well(self, *alerts: Alert) -> list[str]:
        with serving(takes(200)) as server:
            target = a_target(server)
            return [await target.tell(alert) for alert in alerts]

    async def away(self, alert: Alert) -> str:
        with serving(takes(500)) as server:
            return await a_target(server).tell(alert)

    async def refusing(self, alert: Alert) -> str:
        # It does not tell a fault that may pass from one that does not.
        return await AppriseTarget((), 2_000).tell(alert)


def test_the_words_arrive() -> None:
    word, server = told(takes(200), an_alert_told())
    assert word == "success, says Apprise"
    said = json.loads(server.bodies[0])
    assert said["message"] == an_alert_told().words
    assert (said["title"], said["type"]) == ("kya: incident opened", "failure")


@pytest.mark.parametrize(
    ("change", "kind"), [(Change.REVOKED, "success"), (Change.TRIED, "info")]
)
def test_what_is_over_or_a_test_looks_so(change: Change, kind: str) -> None:
    _, server = told(takes(200), an_alert_told(change))
    assert json.loads(server.bodies[0])["type"] == kind


def test_a_service_that_hangs_is_not_waited_for() -> None:
    def hanging(asked: Asked) -> None:
        del asked
        time.sleep(0.6)

    begun = time.monotonic()
    with pytest.raises(TransientError, match=r"200 ms|timeout"):
        told(hanging, an_alert_told(), 200)
    assert time.monotonic() - begun < 5


@pytest.mark.parametrize("address", ["s3cr3t", "nothing://s3cr3t", "json://"])
def test_what_is_no_address_is_refused_and_not_repeated(address: str) -> None:
    with pytest.raises(InputError, match="number 1 is no address") as caught:
        AppriseTarget((address,), 2_000)
    assert "s3cr3t" not in str(caught.value)


@pytest.mark.parametrize("status", [200, 500])
def test_no_secret_is_logged_or_told(
    status: int, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    try:
        word, _ = told(takes(status), an_alert_told())
    except TransientError as error:
        word = str(error)
    assert "s3cr3t" not in word
    assert not [r for r in caplog.records if "s3cr3t" in r.getMessage()]
