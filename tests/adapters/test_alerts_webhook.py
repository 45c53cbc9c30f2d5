"""Webhooks, against a real server that reads them with another implementation."""

import asyncio
import base64
import json

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kya.adapters.alerts_webhook import HookSecret, WebhookTarget
from kya.core.errors import InputError
from kya.gateway.alert import Alert, Change
from tests.adapters.doubles.feed import serving
from tests.adapters.doubles.hooks import an_endpoint, event_in, takes
from tests.alerting import an_alert_told
from tests.contracts.alerts import AlertTargetContract

OLD = "whsec_" + base64.b64encode(bytes(range(24))).decode()
NEW = "whsec_" + base64.b64encode(bytes(range(64))).decode()
SEED = bytes(range(32))
PUBLIC = Ed25519PrivateKey.from_private_bytes(SEED).public_key().public_bytes_raw()
PRIVATE_KEY = "whsk_" + base64.b64encode(SEED).decode()
BOTH_KEYS = "whsk_" + base64.b64encode(SEED + PUBLIC).decode()
PUBLIC_KEY = "whpk_" + base64.b64encode(PUBLIC).decode()


def a_target(url: str, *secrets: str, **changes: object) -> WebhookTarget:
    """The webhook at this address, signed with these secrets."""
    parsed = tuple(HookSecret.parse(secret) for secret in secrets or (NEW,))
    return WebhookTarget(an_endpoint(url, **changes), parsed)


class TestContract(AlertTargetContract):
    async def well(self, *alerts: Alert) -> list[str]:
        with serving(takes(204)) as server:
            target = a_target(server.url)
            words = [await target.tell(alert) for alert in alerts]
        assert len({each["webhook-id"] for each in server.requests}) == len(set(alerts))
        return words

    async def away(self, alert: Alert) -> str:
        with serving(takes(503)) as server:
            return await a_target(server.url).tell(alert)

    async def refusing(self, alert: Alert) -> str:
        with serving(takes(410)) as server:
            return await a_target(server.url).tell(alert)


@pytest.mark.parametrize(
    ("secrets", "keys"),
    [
        ((NEW,), (NEW,)),
        ((NEW, OLD), (OLD, NEW)),
        ((PRIVATE_KEY,), (PUBLIC_KEY,)),
        ((BOTH_KEYS, OLD), (PUBLIC_KEY, OLD)),
    ],
    ids=["one secret", "an old and a new one", "a key pair", "both kinds"],
)
def test_each_secret_signs(secrets: tuple[str, ...], keys: tuple[str, ...]) -> None:
    with serving(takes()) as server:
        asyncio.run(a_target(server.url, *secrets).tell(an_alert_told()))
    event = event_in(server, 0, *keys)
    assert event["type"] == "kya.incident.opened"
    with pytest.raises(AssertionError):
        event_in(server, 0, "whsec_" + base64.b64encode(bytes(24)).decode())
    server.bodies[0] = server.bodies[0].replace(b"amount_max", b"amount_min")
    with pytest.raises(AssertionError):
        event_in(server, 0, *keys)


def test_the_event_says_what_people_need() -> None:
    with serving(takes()) as server:
        asyncio.run(a_target(server.url).tell(an_alert_told()))
    alert = an_alert_told()
    assert json.loads(server.bodies[0]) == {
        "specversion": "1.0",
        "id": f"{'1c' * 32}-opened-1778836500000000",
        "source": "cryptoex.example/kya/2026",
        "type": "kya.incident.opened",
        "subject": "1c" * 32,
        "time": "2026-05-15T09:15:00.000000Z",
        "datacontenttype": "application/json",
        "data": {
            "agent": "algo_trader_v2",
            "grace_ends_at": "2026-05-15T09:20:00.000000Z",
            "incident": "1c" * 32,
            "index": 41,
            "opened_at": "2026-05-15T09:15:00.000000Z",
            "reasons": ["order.amount_max", "market.not_allowed"],
            "text": alert.words,
        },
    }
    assert server.requests[0]["content-type"] == "application/cloudevents+json"
    assert server.requests[0]["webhook-timestamp"] == "1778836501"


def test_each_change_has_a_name_of_its_own_and_the_id_has_no_full_stop() -> None:
    alerts = [an_alert_told(change) for change in Change]
    assert len({alert.id for alert in alerts}) == len(Change)
    assert not [alert.id for alert in alerts if "." in alert.id]


BAD_SECRETS = {
    "nothing": "",
    "no prefix": base64.b64encode(bytes(24)).decode(),
    "another prefix": PUBLIC_KEY,
    "23 bytes": "whsec_" + base64.b64encode(bytes(23)).decode(),
    "65 bytes": "whsec_" + base64.b64encode(bytes(65)).decode(),
    "no base64": "whsec_" + "!" * 40,
    "junk in base64": OLD[:20] + "\n" + OLD[20:],
    "a short key": "whsk_" + base64.b64encode(bytes(31)).decode(),
    "another's public key": "whsk_" + base64.b64encode(SEED + bytes(32)).decode(),
}


@pytest.mark.parametrize("text", BAD_SECRETS.values(), ids=BAD_SECRETS)
def test_what_is_no_secret_is_refused_and_not_repeated(text: str) -> None:
    with pytest.raises(InputError) as caught:
        HookSecret.parse(text)
    assert text[6:] == "" or text[6:] not in str(caught.value)
    assert caught.value.__cause__ is None


def test_a_secret_shows_itself_nowhere() -> None:
    assert repr(HookSecret.parse(NEW)) == "HookSecret(…)"


def test_nothing_is_sent_unsigned() -> None:
    with pytest.raises(InputError, match="at least one"):
        WebhookTarget(an_endpoint("https://hooks.example/"), ())
