"""Alerts for Prometheus' Alertmanager, by its API v2.

An alert there is its labels; whatever is told of one incident has the same. It fires
until it is told that it has ended: nobody tells it again every minute, as Prometheus
does, so that its end stands far ahead.
"""

from typing import Final

import msgspec

from kya.adapters.alerts_http import Endpoint, post
from kya.core.instant import Instant
from kya.gateway.alert import Alert, Change

_FIRES_SECONDS: Final = 30 * 86_400
"""How long one fires of which nobody says that it is over."""

_TRIED_SECONDS: Final = 60


class AlertmanagerTarget:
    """An Alertmanager, by the address of its `/api/v2/alerts`."""

    def __init__(self, endpoint: Endpoint, token: str = "") -> None:
        """Show this bearer token, a secret, unless there is none."""
        self._endpoint = endpoint
        self._headers = {"content-type": "application/json"}
        if token:
            self._headers["authorization"] = f"Bearer {token}"

    async def tell(self, alert: Alert) -> str:
        """Post the alert, and return the status of the answer."""
        posted = {
            "labels": {
                "alertname": "KyaIncident",
                "agent": alert.agent,
                "incident": alert.incident,
                "origin": alert.origin,
                "severity": "info" if alert.change is Change.TRIED else "critical",
            },
            "annotations": {
                "grace_ends_at": str(alert.grace_ends_at),
                "index": str(alert.index),
                "reasons": ", ".join(alert.reasons),
                "state": alert.change.value,
                "summary": alert.words,
            },
            "startsAt": str(alert.opened_at),
            "endsAt": str(_ends_at(alert)),
        }
        return await post(self._endpoint, msgspec.json.encode([posted]), self._headers)


def _ends_at(alert: Alert) -> Instant:
    """Return when it stops firing by itself."""
    if alert.change is Change.TRIED:
        return alert.sent_at.plus(seconds=_TRIED_SECONDS)
    if alert.change.is_last:
        return alert.since
    return alert.sent_at.plus(seconds=_FIRES_SECONDS)
