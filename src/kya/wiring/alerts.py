"""Whom the gateway tells of incidents, as the configuration names them."""

import os
from hashlib import sha256
from ipaddress import ip_network
from pathlib import Path
from typing import assert_never

from kya.adapters.alerts_alertmanager import AlertmanagerTarget
from kya.adapters.alerts_http import Endpoint
from kya.adapters.alerts_pagerduty import PAGERDUTY_URL, PagerDutyTarget
from kya.adapters.alerts_webhook import HookSecret, WebhookTarget
from kya.config import Config
from kya.config_outside import AlertSection
from kya.core.errors import InputError, TransientError
from kya.core.instant import MICROS_PER_SECOND, Instant
from kya.gateway.alert import Alert, Change
from kya.gateway.ports import AlertTarget, Recipient
from kya.wiring.outbound import trust_of

_REFERENCES = ("file:", "env:")


def recipients_of(config: Config, data: Path) -> dict[str, Recipient]:
    """Return every target by name; InputError if a secret of one is not there."""
    return {
        name: Recipient(
            target_of(name, section, data), section.give_up_seconds * MICROS_PER_SECOND
        )
        for name, section in config.alerts.items()
    }


def target_of(name: str, section: AlertSection, data: Path) -> AlertTarget:
    """Return one target; InputError names the setting that is wrong with it."""
    try:
        secrets = tuple(_secret(each, data) for each in section.secrets)
        match section.kind:
            case "webhook":
                signing = tuple(HookSecret.parse(secret) for secret in secrets)
                return WebhookTarget(_endpoint(section, section.url, data), signing)
            case "pagerduty":
                endpoint = _endpoint(section, section.url or PAGERDUTY_URL, data)
                return PagerDutyTarget(endpoint, _only(secrets))
            case "alertmanager":
                endpoint = _endpoint(section, section.url, data)
                return AlertmanagerTarget(endpoint, _only(secrets) if secrets else "")
            case "apprise":
                return _apprise(secrets, section.answer_ms)
            case _ as never:
                assert_never(never)
    except InputError as error:
        raise InputError(f"alerts.{name}: {error}") from error


async def told(name: str, config: Config, data: Path, now: Instant) -> str:
    """Send a test to one target; return its word."""
    section = config.alerts.get(name)
    if section is None:
        known = ", ".join(config.alerts) or "none"
        raise InputError(f"alerts: no target {name}; the configuration has {known}")
    target = target_of(name, section, data)
    alert = Alert(
        change=Change.TRIED,
        incident=sha256(str(now).encode()).hexdigest(),
        agent="test",
        reasons=(),
        opened_at=now,
        grace_ends_at=now,
        since=now,
        sent_at=now,
        index=0,
        origin=config.log.origin,
    )
    try:
        return await target.tell(alert)
    except (InputError, TransientError) as error:
        raise type(error)(f"alerts.{name}: {error}") from error


def _apprise(addresses: tuple[str, ...], answer_millis: int) -> AlertTarget:
    """Return what tells them; InputError where the library is not installed."""
    try:
        from kya.adapters.alerts_apprise import AppriseTarget  # noqa: PLC0415
    except ModuleNotFoundError as error:
        raise InputError("apprise: want the extra, kya[apprise]") from error
    return AppriseTarget(addresses, answer_millis)


def _endpoint(section: AlertSection, url: str, data: Path) -> Endpoint:
    """Return where the target is."""
    return Endpoint(
        url=_secret(url, data) if url.startswith(_REFERENCES) else url,
        trust=trust_of(section.ca_file, data),
        answer_millis=section.answer_ms,
        networks=tuple(ip_network(network) for network in section.networks),
    )


def _only(secrets: tuple[str, ...]) -> str:
    """Return the one secret; InputError if there is none, or another one."""
    if len(secrets) != 1:
        raise InputError(f"secrets: want one, got {len(secrets)}")
    return secrets[0]


def _secret(reference: str, data: Path) -> str:
    """Return the line that a file or a variable holds; it is never shown."""
    kind, _, where = reference.partition(":")
    if kind == "env":
        text = os.environ.get(where, "")
    else:
        path = data / where
        try:
            text = path.read_text("ascii")
        except (OSError, UnicodeError) as error:
            reason = getattr(error, "strerror", None) or "not ASCII"
            raise InputError(f"{path}: want a secret ({reason})") from None
    line = text.strip()
    if not line.isprintable() or not line or " " in line:
        raise InputError(f"{reference}: want one secret on one line, and no spaces")
    return line
