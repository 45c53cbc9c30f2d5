"""Alerts as events of PagerDuty's Events API v2: trigger, acknowledge, resolve.

All changes of one incident have one dedup key, and so are one incident there, too.
"""

from typing import Final, Literal, assert_never

import msgspec

from kya.adapters.alerts_http import Endpoint, post
from kya.core.errors import InputError
from kya.gateway.alert import Alert, Change

PAGERDUTY_URL: Final = "https://events.pagerduty.com/v2/enqueue"

_SUMMARY_CHARS_MAX: Final = 1_024
_Action = Literal["trigger", "acknowledge", "resolve"]


class PagerDutyTarget:
    """A service of PagerDuty, by the routing key of its integration."""

    def __init__(self, endpoint: Endpoint, routing_key: str) -> None:
        """Use this key, which is a secret."""
        if not (routing_key.isascii() and routing_key.isalnum()):
            raise InputError("secret: want a routing key, letters and digits")
        self._endpoint = endpoint
        self._routing_key = routing_key

    async def tell(self, alert: Alert) -> str:
        """Send the event, and return the status of the answer."""
        event = {
            "routing_key": self._routing_key,
            "event_action": _action(alert.change),
            "dedup_key": f"kya-{alert.incident}",
            "payload": {
                "summary": alert.words[:_SUMMARY_CHARS_MAX],
                "source": alert.origin,
                "severity": "info" if alert.change is Change.TRIED else "critical",
                "timestamp": str(alert.since),
                "component": alert.agent,
                "class": alert.change.value,
                "custom_details": {
                    "grace_ends_at": str(alert.grace_ends_at),
                    "incident": alert.incident,
                    "index": alert.index,
                    "opened_at": str(alert.opened_at),
                    "reasons": alert.reasons,
                },
            },
        }
        headers = {"content-type": "application/json"}
        return await post(self._endpoint, msgspec.json.encode(event), headers)


def _action(change: Change) -> _Action:
    """Return what PagerDuty does: a suspended agent still waits for people."""
    match change:
        case Change.OPENED | Change.EXTENDED | Change.SUSPENDED | Change.TRIED:
            return "trigger"
        case Change.ACKNOWLEDGED:
            return "acknowledge"
        case Change.RELEASED | Change.REINSTATED | Change.REVOKED:
            return "resolve"
        case _ as never:
            assert_never(never)
